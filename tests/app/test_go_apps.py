"""Go apps as a developer writes them: what is found in them, and what only looks like it."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from conftest import plant

from herolint import engine
from herolint.config import Config

SERVE = "package main\n\nimport (\n%s\n)\n\n%s\n\nfunc main() {\n%s\n}\n"
OPTIONS = engine.RunOptions(today=datetime.date(2026, 11, 24), cache=False)
MODULE = "module example.com/orders\n\ngo 1.26\n"


def codes(root: Path, files: dict[str, str], without: tuple[str, ...] = ()) -> list[str]:
    """The findings in a small app, as `CODE path`; `without` some of its usual files."""
    usual = {"go.mod": MODULE, "Procfile": "web: bin/orders\n"}
    plant(root, {name: text for name, text in {**usual, **files}.items() if name not in without})
    result = engine.run(root, Config(), OPTIONS)
    assert not result.problems
    return [f"{found.code} {found.at.path}" for found in result.findings]


def program(imports: str, body: str, before: str = "") -> str:
    """A main package: imports by spaces, statements of main, declarations before it."""
    return SERVE % ("\n".join(f'\t"{path}"' for path in imports.split()), before, "\n".join(f"\t{line}" for line in body.splitlines()))


PORTS = {
    "a package variable that init fills": (
        'var port = "8080"\n\nfunc init() {\n\tif given := os.Getenv("PORT"); given != "" {\n\t\tport = given\n\t}\n}',
        'log.Fatal(http.ListenAndServe(":"+port, nil))',
    ),
    "a helper with a fallback": (
        'func env(name, fallback string) string {\n\tif value, ok := os.LookupEnv(name); ok {\n\t\treturn value\n\t}\n\treturn fallback\n}',
        'log.Fatal(http.ListenAndServe(":"+env("PORT", "8080"), nil))',
    ),
    "a field of a struct that is handed on": (
        'type config struct{ port string }\n\ntype server struct{ cfg *config }\n\n'
        'func (s *server) run() error {\n\treturn http.ListenAndServe(":"+s.cfg.port, nil)\n}',
        'cfg := &config{port: "8080"}\ncfg.port = os.Getenv("PORT")\nlog.Fatal((&server{cfg: cfg}).run())',
    ),
    "a parameter": (
        'func serve(address string) {\n\tlog.Fatal(http.ListenAndServe(address, nil))\n}',
        'serve("0.0.0.0:" + os.Getenv("PORT"))',
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PORTS)
def test_ports_that_are_read(tmp_path: Path, name: str) -> None:
    before, body = PORTS[name]
    assert codes(tmp_path, {"main.go": program("log net/http os", body, before)}) == []


def test_a_parameter_that_is_a_fixed_port(tmp_path: Path) -> None:
    before = "func serve(address string) {\n\tlog.Fatal(http.ListenAndServe(address, nil))\n}"
    assert codes(tmp_path, {"main.go": program("log net/http", 'serve(":8080")', before)}) == ["HL105 main.go"]


def test_a_port_on_the_loopback_interface(tmp_path: Path) -> None:
    body = 'log.Fatal(http.ListenAndServe("localhost:"+os.Getenv("PORT"), nil))'
    assert codes(tmp_path, {"main.go": program("log net/http os", body)}) == ["HL106 main.go"]


def test_gin_reads_port_itself(tmp_path: Path) -> None:
    main = program("github.com/gin-gonic/gin", "gin.Default().Run()")
    sums = "github.com/gin-gonic/gin v1.11.0 h1:OW/6PLjyusp2PPXtyxKHU0RbX6I/l28FTdDlae5ueWk=\n"
    assert codes(tmp_path, {"main.go": main, "go.sum": sums, "go.mod": MODULE + "\nrequire github.com/gin-gonic/gin v1.11.0\n"}) == []


def test_a_sqlite_driver_is_told_from_others_by_its_name(tmp_path: Path) -> None:
    opens = 'db, err := sql.Open("%s", "orders.db")\nif err != nil {\n\tlog.Fatal(err)\n}\ndefer db.Close()\n'
    body = opens + 'log.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))'
    imports = "database/sql log net/http os"
    assert codes(tmp_path, {"main.go": program(imports, body % "sqlite3")}) == ["HL201 main.go"]
    assert codes(tmp_path, {"main.go": program(imports, body % "postgres")}) == []


def test_an_env_file_that_start_up_needs(tmp_path: Path) -> None:
    load = "if err := godotenv.Load(); err != nil {\n\t%s\n}\n"
    serve = 'if err := http.ListenAndServe(":"+os.Getenv("PORT"), nil); err != nil {\n\tlog.Fatal(err)\n}'
    imports = "log net/http os github.com/joho/godotenv"
    files = {"go.mod": MODULE + "\nrequire github.com/joho/godotenv v1.5.1\n", "go.sum": "github.com/joho/godotenv v1.5.1 h1:x=\n"}
    assert codes(tmp_path, {**files, "main.go": program(imports, load % "log.Fatal(err)" + serve)}) == ["HL709 main.go"]
    assert codes(tmp_path, {**files, "main.go": program(imports, load % "log.Print(err)" + serve)}) == []


def test_a_loop_that_works_at_every_tick(tmp_path: Path) -> None:
    serve = 'go %s()\nlog.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))'
    loops = (
        "var seen = map[string]int{}\n\n"
        'func report() {\n\tfor range time.Tick(time.Hour) {\n\t\tclient.Get("https://api.example.com/report")\n\t}\n}\n\n'
        "func forget() {\n\tfor range time.Tick(time.Hour) {\n\t\tclear(seen)\n\t}\n}\n\n"
        "var client = &http.Client{Timeout: time.Minute}"
    )
    imports = "log net/http os time"
    assert codes(tmp_path, {"main.go": program(imports, serve % "report", loops)}) == ["HL602 main.go"]
    assert codes(tmp_path, {"main.go": program(imports, serve % "forget", loops)}) == []


def test_a_sleep_longer_than_the_router_waits(tmp_path: Path) -> None:
    slow = "func slow(w http.ResponseWriter, r *http.Request) {\n\ttime.Sleep(%s * time.Second)\n\tw.Write(nil)\n}"
    body = 'http.HandleFunc("/slow", slow)\nlog.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))'
    imports = "log net/http os time"
    assert codes(tmp_path, {"main.go": program(imports, body, slow % "40")}) == ["HL501 main.go"]
    assert codes(tmp_path, {"main.go": program(imports, body, slow % "2")}) == []


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("bin/orders", False), ("orders", False), ("./bin/orders", False), ("exec bin/orders", False), ("env LOG=1 bin/orders", False),
        ("bin/Orders", True), ("./orders", True), ("go run .", True), ("cmd/orders", True),
    ],
)  # fmt: skip
def test_programs_that_the_build_makes(tmp_path: Path, command: str, found: bool) -> None:
    main = program("log net/http os", 'log.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))')
    assert ("HL110 Procfile" in codes(tmp_path, {"main.go": main, "Procfile": f"web: {command}\n"})) is found


def test_hooks_may_make_other_programs(tmp_path: Path) -> None:
    main = program("log net/http os", 'log.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))')
    files = {"main.go": main, "Procfile": "web: bin/other\n", "bin/go-post-compile": "#!/bin/sh\ncp bin/orders bin/other\n"}
    assert codes(tmp_path, files) == []


def test_a_bot_that_is_started_as_web(tmp_path: Path) -> None:
    body = 'session, err := discordgo.New("Bot " + os.Getenv("TOKEN"))\nif err != nil {\n\tlog.Fatal(err)\n}\nsession.Open()\nselect {}'
    files = {
        "go.mod": MODULE + "\nrequire github.com/bwmarrin/discordgo v0.29.0\n",
        "go.sum": "github.com/bwmarrin/discordgo v0.29.0 h1:x=\n",
    }
    main = program("github.com/bwmarrin/discordgo log os", body)
    assert codes(tmp_path, {**files, "main.go": main}) == ["HL105 Procfile"]


SERVES = program("log net/http os", 'log.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))')
IDLE = program("log", 'log.Print("moved")')


def test_several_programs_none_of_them_called_web(tmp_path: Path) -> None:
    files = {"cmd/api/main.go": SERVES, "cmd/migrate/main.go": IDLE}
    assert [line.partition(" ")[0] for line in codes(tmp_path, files, without=("Procfile",))] == ["HL104"]


def test_several_programs_of_which_none_serves(tmp_path: Path) -> None:
    assert codes(tmp_path, {"cmd/seed/main.go": IDLE, "cmd/migrate/main.go": IDLE}, without=("Procfile",)) == []


def test_several_programs_and_an_image_that_starts_one(tmp_path: Path) -> None:
    main = program("log net/http", 'log.Fatal(http.ListenAndServe(":8080", nil))')
    image = "FROM golang:1.26 AS build\nWORKDIR /src\nCOPY . .\nRUN go build -o /api ./cmd/api\nFROM debian:trixie\n"
    files = {"cmd/api/main.go": main, "cmd/migrate/main.go": IDLE, "Dockerfile": image + 'COPY --from=build /api /api\nCMD ["/api"]\n'}
    assert codes(tmp_path, files, without=("Procfile",)) == ["HL105 cmd/api/main.go"]


def test_a_default_process_whose_file_reads_another_port(tmp_path: Path) -> None:
    body = 'log.Print(os.Getenv("DB_PORT"))\nlog.Fatal(http.ListenAndServe(":8080", nil))'
    assert codes(tmp_path, {"main.go": program("log net/http os", body)}, without=("Procfile",)) == ["HL105 main.go"]


def test_a_socket_in_the_file_system_beside_the_port(tmp_path: Path) -> None:
    body = 'inner, _ := net.Listen("unix", "/tmp/orders.sock")\ninner.Close()\nlog.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))'
    assert codes(tmp_path, {"main.go": program("log net net/http os", body)}) == []


def test_a_program_named_like_one_of_the_system(tmp_path: Path) -> None:
    files = {"Procfile": "web: bin/orders\nclock: bin/cron\n", "main.go": SERVES, "cmd/cron/main.go": IDLE}
    assert codes(tmp_path, files) == []


def test_code_in_vendor_is_not_the_apps(tmp_path: Path) -> None:
    module = "module example.com/orders\n\ngo 1.26\n\nrequire github.com/gorilla/websocket v1.5.3\n"
    body = 'http.HandleFunc("/ws", talk)\nlog.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))'
    before = "var upgrader = websocket.Upgrader{}\n\nfunc talk(w http.ResponseWriter, r *http.Request) {\n\tupgrader.Upgrade(w, r, nil)\n}"
    files = {
        "go.mod": module,
        "go.sum": "github.com/gorilla/websocket v1.5.3 h1:x=\n",
        "main.go": program("log net/http os github.com/gorilla/websocket", body, before),
        "vendor/modules.txt": "# github.com/gorilla/websocket v1.5.3\n## explicit; go 1.12\ngithub.com/gorilla/websocket\n",
        "vendor/github.com/gorilla/websocket/conn.go": "package websocket\n\nconst PingMessage = 9\n",
    }
    assert codes(tmp_path, files) == ["HL504 main.go"]


def test_a_variable_that_the_tag_of_a_field_demands(tmp_path: Path) -> None:
    module = "module example.com/orders\n\ngo 1.26\n\nrequire github.com/caarlos0/env/v11 v11.3.1\n"
    body = 'var cfg config\nif err := env.Parse(&cfg); err != nil {\n\tlog.Fatal(err)\n}\nlog.Fatal(http.ListenAndServe(":"+cfg.Port, nil))'
    before = 'type config struct {\n\tPort string `env:"PORT" envDefault:"8080"`\n\tKey  string `env:"SIGNING_KEY,required"`\n}'
    sums = "github.com/caarlos0/env/v11 v11.3.1 h1:x=\ngithub.com/caarlos0/env/v11 v11.3.1/go.mod h1:x=\n"
    main = program("log net/http github.com/caarlos0/env/v11", body, before)
    files = {"go.mod": module, "go.sum": sums, "main.go": main, "app.json": '{"env": {"GREETING": {"value": "hello"}}}'}
    assert "HL702 app.json" in codes(tmp_path, files)


def test_a_port_that_only_other_variables_say(tmp_path: Path) -> None:
    main = program("log net/http os", 'log.Fatal(http.ListenAndServe(":"+os.Getenv("SERVER_PORT"), nil))')
    assert codes(tmp_path, {"main.go": main}) == ["HL105 main.go"]


def test_a_program_that_is_asked_for_its_version_first(tmp_path: Path) -> None:
    before = 'func read(path string) ([]byte, error) { return exec.Command("tesseract", path, "-").Output() }'
    asks = 'if exec.Command("tesseract", "--version").Run() == nil {\n\tread("/tmp/a.png")\n}\n'
    serves = 'log.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))'
    assert codes(tmp_path / "asks", {"main.go": program("log net/http os os/exec", asks + serves, before)}) == []
    reads = program("log net/http os os/exec", 'read("/tmp/a.png")\n' + serves, before)
    assert codes(tmp_path / "reads", {"main.go": reads}) == ["HL414 main.go"]


SETTINGS = """type settings struct {
	TLS  bool
	Port int
}

func read() settings {
	var s settings
	file, _ := os.Open("orders.json")
	_ = json.NewDecoder(file).Decode(&s)
	return s
}"""


def test_ports_of_the_other_way_that_settings_may_choose(tmp_path: Path) -> None:
    body = """s := read()
if s.TLS {
	go http.ListenAndServe(":80", http.RedirectHandler("https://orders.example", 301))
	log.Fatal(http.ListenAndServe(":443", nil))
} else {
	network, address := "tcp", fmt.Sprintf(":%d", s.Port)
	if os.Getenv("SOCKET") != "" {
		network, address = "unix", "/tmp/orders.sock"
	}
	listener, err := net.Listen(network, address)
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.Serve(listener, nil))
}"""
    files = {"main.go": program("encoding/json fmt log net net/http os", body, SETTINGS), "orders.json": '{"Port": 8080}\n'}
    assert "HL105 main.go" not in codes(tmp_path, files)


def test_the_address_of_a_server_is_no_file(tmp_path: Path) -> None:
    body = """driver := "mysql"
if os.Getenv("EMBEDDED") != "" {
	driver = "sqlite3"
}
db, err := sql.Open(driver, fmt.Sprintf("%s@tcp(%s)/orders", os.Getenv("DB_USER"), os.Getenv("DB_HOST")))
if err != nil {
	log.Fatal(err)
}
defer db.Close()
log.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))"""
    found = codes(tmp_path, {"main.go": program("database/sql fmt log net/http os", body)})
    assert "HL201 main.go" not in found
