"""What Go code does at the start and while a visitor waits: calls that are found, and what only looks like them."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from herolint import engine
from herolint.config import Config

WITHOUT_MODULES = Config(ignore=("HL406",))
"""The manifests here list no module, so that the build would stop at the imports: that is another test's matter."""
OPTIONS = engine.RunOptions(today=datetime.date(2026, 11, 24), cache=False)
APP_JSON = '{"name": "orders", "addons": ["heroku-postgresql", "heroku-redis"]}\n'


def codes(root: Path, imports: str, boot: str = "", handler: str = "", rest: str = "", **files: str) -> list[str]:
    """The rules that speak of an app whose `main` does `boot` and whose only handler does `handler`."""
    main = (
        f'package main\n\nimport (\n\t"net/http"\n\t"os"\n{"".join(_import(name) for name in imports.split())})\n\n'
        f'func main() {{\n{_indented(boot)}\thttp.HandleFunc("/", index)\n\thttp.ListenAndServe(":"+os.Getenv("PORT"), nil)\n}}\n\n'
        f"func index(w http.ResponseWriter, r *http.Request) {{\n{_indented(handler)}}}\n\n{rest}\n"
    )
    written = {"main.go": main, "go.mod": "module example.com/orders\n\ngo 1.26\n", "go.sum": "", "Procfile": "web: bin/orders\n"}
    for path, text in {**written, **{name.replace("_", "."): text for name, text in files.items()}}.items():
        (root / path).write_text(text)
    return [found.code for found in engine.run(root, WITHOUT_MODULES, OPTIONS).findings if found.code != "HL307"]


def _import(name: str) -> str:
    return f'\t_ "{name[1:]}"\n' if name.startswith("_") else f'\t"{name}"\n'


def _indented(text: str) -> str:
    return "".join(f"\t{line}\n" for line in text.strip("\n").splitlines())


FETCH = 'http.Get("https://api.example.com/orders")'
STOP = "if err != nil {\n\treturn\n}"
CLIENT = (
    'type API struct{ client *http.Client }\n\nfunc (a *API) orders() {\n\ta.client.Get("https://api.example.com")\n}\n\nvar api *API\n'
)

WAITS = {
    "a client made by new": ("", "", 'client := new(http.Client)\nclient.Get("https://api.example.com")', ""),
    "a client in a field": ("", "api = &API{client: &http.Client{}}", "api.orders()", CLIENT),
    "a client for OAuth": (
        "golang.org/x/oauth2", "", 'client := conf.Client(oauth2.NoContext, token)\nclient.Get("https://api.example.com/me")',
        "var conf = &oauth2.Config{}\n\nvar token *oauth2.Token\n",
    ),
    "resty": ("github.com/go-resty/resty/v2", "", 'resty.New().R().SetHeader("a", "b").Get("https://api.example.com")', ""),
    "a request that only hears of a visitor who leaves": (
        "", "", 'request, _ := http.NewRequestWithContext(r.Context(), "GET", "https://api.example.com", nil)\nhttp.DefaultClient.Do(request)', "",
    ),
    "mail": ("net/smtp", "", 'smtp.SendMail("smtp.example.com:587", nil, "a", []string{"b"}, nil)', ""),
    "behind an interface": (
        "", "service = NewService(&client{})", "service.Orders()",
        "type API interface{ Fetch(id string) error }\n\ntype Service struct{ api API }\n\nvar service *Service\n\n"
        "func NewService(api API) *Service {\n\treturn &Service{api: api}\n}\n\n"
        'func (s *Service) Orders() error {\n\treturn s.api.Fetch("1")\n}\n\ntype client struct{}\n\n'
        'func (c *client) Fetch(id string) error {\n\t_, err := http.Get("https://api.example.com/" + id)\n\treturn err\n}\n\n'
        "type mockClient struct{}\n\nfunc (c *mockClient) Fetch(id string) error {\n\treturn nil\n}\n",
    ),
}  # fmt: skip
LIMITED = {
    "a client in a field with a limit": ("time", "api = &API{client: &http.Client{Timeout: 5 * time.Second}}", "api.orders()", CLIENT),
    "resty with a limit": ("github.com/go-resty/resty/v2 time", "", 'resty.New().SetTimeout(time.Second).R().Get("https://api.example.com")', ""),
    "a request with a deadline of its visitor's": (
        "context time", "",
        'ctx, stop := context.WithTimeout(r.Context(), 5*time.Second)\ndefer stop()\n'
        'request, _ := http.NewRequestWithContext(ctx, "GET", "https://api.example.com", nil)\nhttp.DefaultClient.Do(request)', "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WAITS)
def test_calls_without_a_limit(tmp_path: Path, name: str) -> None:
    assert codes(tmp_path, *WAITS[name]) == ["HL503"]


@pytest.mark.parametrize("name", LIMITED)
def test_calls_with_a_limit(tmp_path: Path, name: str) -> None:
    assert codes(tmp_path, *LIMITED[name]) == []


UPGRADE = f"socket, err := upgrader.Upgrade(w, r, nil)\n{STOP}\nfor {{\n\tif _, _, err := socket.ReadMessage(); err != nil {{\n\t\tbreak\n\t}}\n}}"


def test_sockets_need_signs_of_life(tmp_path: Path) -> None:
    sockets, upgrader = "github.com/gorilla/websocket", "var upgrader = websocket.Upgrader{}\n"
    assert codes(tmp_path, sockets, "", UPGRADE, upgrader) == ["HL504"]
    ping = (
        "\nfunc keep(socket *websocket.Conn) {\n\tfor range time.Tick(50 * time.Second) {\n"
        "\t\tsocket.WriteMessage(websocket.PingMessage, nil)\n\t}\n}\n"
    )
    assert codes(tmp_path, f"{sockets} time", "", UPGRADE.replace("for {", "go keep(socket)\nfor {"), upgrader + ping) == []


FORM = f'file, header, err := r.FormFile("photo")\n{STOP}\n'
COPY = "io.Copy(target, file)\n_ = header"


def test_uploads_that_handlers_copy(tmp_path: Path) -> None:
    opens = 'target, err := os.Create("uploads/" + header.Filename)\n'
    assert codes(tmp_path, "io", "", f"{FORM}{opens}{STOP}\n{COPY}") == ["HL203"]
    several = (
        'for _, header := range r.MultipartForm.File["photos"] {\n\tfile, _ := header.Open()\n'
        '\ttarget, _ := os.Create("static/" + header.Filename)\n\tio.Copy(target, file)\n}'
    )
    assert codes(tmp_path, "io", "", several) == ["HL203"]
    assert codes(tmp_path, "io", "", FORM + 'data, _ := io.ReadAll(file)\nos.WriteFile("static/photo.png", data, 0o644)\n_ = header') == [
        "HL203"
    ]
    assert codes(tmp_path, "io", "", f'{FORM}target, err := os.CreateTemp("", "photo")\n{STOP}\n{COPY}') == []


def test_files_are_opened_as_their_flags_say(tmp_path: Path) -> None:
    opens = 'file, err := os.OpenFile("data/votes.csv", %s, 0o644)\n' + STOP + "\nfile.Close()"
    assert codes(tmp_path, "", "", opens % "os.O_APPEND|os.O_CREATE|os.O_WRONLY") == ["HL204"]
    assert codes(tmp_path, "", "", opens % "os.O_RDONLY") == []


STORE = (
    "type Store struct {\n\tmu    sync.Mutex\n\tnames map[string]string\n}\n\n"
    'func (s *Store) add(w http.ResponseWriter, r *http.Request) {\n\ts.names[r.FormValue("id")] = r.FormValue("name")\n}\n\n'
    'func (s *Store) get(w http.ResponseWriter, r *http.Request) {\n\tw.Write([]byte(s.names[r.FormValue("id")]))\n}\n'
)


def test_what_one_object_holds_for_all_requests(tmp_path: Path) -> None:
    boot = 'store := &Store{names: map[string]string{}}\nhttp.HandleFunc("/add", store.add)\nhttp.HandleFunc("/get", store.get)'
    assert codes(tmp_path, "sync", boot, "", STORE) == ["HL206"]
    each = "store := &Store{names: map[string]string{}}\nstore.add(w, r)\nstore.get(w, r)"
    assert codes(tmp_path, "sync", "", each, STORE) == []


def test_jobs_that_web_takes_from_a_queue(tmp_path: Path) -> None:
    takes = (
        'func consume() {\n\tqueue := redis.NewClient(&redis.Options{Addr: os.Getenv("QUEUE")})\n'
        '\tfor {\n\t\tqueue.BLPop(context.Background(), 0, "jobs")\n\t}\n}\n'
    )
    assert codes(tmp_path, "context github.com/redis/go-redis/v9", "go consume()", "", takes) == ["HL603"]


def test_pages_that_are_scraped_while_a_visitor_waits(tmp_path: Path) -> None:
    assert codes(tmp_path, "github.com/gocolly/colly", "", 'colly.NewCollector().Visit("https://example.com")') == ["HL502"]


# ---- services ---------------------------------------------------------------------------------------------------------------

POOL = (
    "func dial(host, password string) (redis.Conn, error) {\n\topts := []redis.DialOption{}\n"
    '\topts = append(opts, %s)\n\treturn redis.Dial("tcp", host, opts...)\n}\n'
)


@pytest.mark.parametrize(("option", "found"), [("redis.DialPassword(password)", ["HL304"]), ("redis.DialUseTLS(true)", [])])
def test_a_redis_client_whose_options_are_listed(tmp_path: Path, option: str, found: list[str]) -> None:
    boot = 'dial(os.Getenv("STORE_HOST"), os.Getenv("STORE_PASSWORD"))'
    assert codes(tmp_path, "github.com/gomodule/redigo/redis", boot, "", POOL % option, app_json=APP_JSON) == found


def test_a_postgres_client_that_needs_tls_switched_on(tmp_path: Path) -> None:
    pg = 'pg.Connect(&pg.Options{Addr: os.Getenv("STORE_ADDRESS")%s})'
    assert "HL302" in codes(tmp_path, "github.com/go-pg/pg/v10", pg % "", app_json=APP_JSON)
    assert "HL302" not in codes(tmp_path, "github.com/go-pg/pg/v10 crypto/tls", pg % ", TLSConfig: &tls.Config{}", app_json=APP_JSON)


def test_encryption_that_is_off_unless_the_address_asks_for_it(tmp_path: Path) -> None:
    parse = (
        "type Options struct{ SSLMode string }\n\n"
        'func parse(options *Options, address *url.URL) {\n\toptions.SSLMode = address.Query().Get("sslmode")\n'
        '\tif options.SSLMode == "" {\n\t\toptions.SSLMode = "%s"\n\t}\n}\n'
    )
    boot = 'address, _ := url.Parse(os.Getenv("DATABASE_URL"))\nparse(&Options{}, address)'
    assert codes(tmp_path, "net/url", boot, "", parse % "disable") == ["HL302"]
    assert codes(tmp_path, "net/url", boot, "", parse % "require") == []


def test_addresses_in_words_and_in_brackets(tmp_path: Path) -> None:
    opens = 'sql.Open("%s", "%s")'
    assert codes(tmp_path, "database/sql", opens % ("postgres", "host=localhost port=5432 dbname=orders")) == ["HL301"]
    assert codes(tmp_path, "database/sql", opens % ("mysql", "root:@tcp(127.0.0.1:3306)/orders")) == ["HL301"]
    assert codes(tmp_path, "database/sql", 'sql.Open("postgres", "host="+os.Getenv("DB_ADDRESS")+" dbname=orders")') == []


# ---- settings ---------------------------------------------------------------------------------------------------------------


def served(root: Path, imports: str, body: str) -> list[str]:
    """The findings of an app that only serves."""
    lines = "".join(f'\t"{name}"\n' for name in imports.split())
    main = f"package main\n\nimport (\n{lines})\n\nfunc main() {{\n{_indented(body)}}}\n"
    written = {"main.go": main, "go.mod": "module example.com/orders\n\ngo 1.26\n", "go.sum": "", "Procfile": "web: bin/orders\n"}
    for path, text in written.items():
        (root / path).write_text(text)
    return [found.code for found in engine.run(root, WITHOUT_MODULES, OPTIONS).findings]


STORED = 'http.ListenAndServe(":"+viper.GetString("server.port"), nil)'


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ('viper.BindEnv("server.port", "PORT")\nviper.SetDefault("server.port", "8080")', []),
        ('viper.SetDefault("server.port", "8080")', ["HL105"]),
        ('viper.SetEnvPrefix("shop")\nviper.AutomaticEnv()\nviper.SetDefault("server.port", 8080)', ["HL105"]),
        ('viper.SetConfigName("settings")\nviper.ReadInConfig()\nviper.AutomaticEnv()', []),
    ],
)
def test_ports_in_a_store_of_settings(tmp_path: Path, told: str, found: list[str]) -> None:
    assert served(tmp_path, "net/http github.com/spf13/viper", f"{told}\n{STORED}") == found


def test_another_variable_than_port_with_a_fallback(tmp_path: Path) -> None:
    body = 'port := os.Getenv("%s")\nif port == "" {\n\tport = "8080"\n}\nhttp.ListenAndServe(":"+port, nil)'
    assert served(tmp_path, "net/http os", body % "SERVER_PORT") == ["HL105"]
    assert served(tmp_path, "net/http os", body % "PORT") == []


def test_a_settings_file_that_start_up_needs(tmp_path: Path) -> None:
    reads = 'viper.SetConfigFile(".env")\nif err := viper.ReadInConfig(); err != nil {\n\t%s(err)\n}'
    assert codes(tmp_path, "log github.com/spf13/viper", reads % "log.Fatal") == ["HL709"]
    assert codes(tmp_path, "log github.com/spf13/viper", reads % "log.Print") == []


def test_a_signing_key_in_the_code(tmp_path: Path) -> None:
    store = "var store = sessions.NewCookieStore([]byte(%s))\n"
    assert codes(tmp_path, "github.com/gorilla/sessions", "", 'store.Get(r, "orders")', store % '"open-sesame"') == ["HL701"]
    assert codes(tmp_path, "github.com/gorilla/sessions", "", 'store.Get(r, "orders")', store % 'os.Getenv("SESSION_KEY")') == []


# ---- what runs in production ------------------------------------------------------------------------------------------------

TOOL = (
    'package main\n\nimport (\n\t"net/http"\n\t"os"\n\n\t"github.com/spf13/cobra"\n)\n\nfunc main() {\n\troot := &cobra.Command{Use: "orders"}\n'
    '\troot.AddCommand(&cobra.Command{Use: "web", Run: func(_ *cobra.Command, _ []string) {\n'
    '\t\thttp.ListenAndServe(":"+os.Getenv("PORT"), nil)\n\t}})\n'
    '\troot.AddCommand(&cobra.Command{Use: "dump [file]", Run: dump})\n\troot.Execute()\n}\n\n'
    'func dump(_ *cobra.Command, _ []string) {\n\tos.WriteFile("data/orders.csv", nil, 0o644)\n}\n'
)


@pytest.mark.parametrize(("command", "found"), [("web", []), ("dump", ["HL204"]), ("", ["HL118"])])
def test_only_the_subcommand_that_the_process_asks_for_runs(tmp_path: Path, command: str, found: list[str]) -> None:
    files = {"main.go": TOOL, "go.mod": "module example.com/orders\n\ngo 1.26\n", "go.sum": "", "Procfile": f"web: bin/orders {command}\n"}
    for path, text in files.items():
        (tmp_path / path).write_text(text)
    assert [finding.code for finding in engine.run(tmp_path, WITHOUT_MODULES, OPTIONS).findings] == found


def test_what_is_there_for_developers_only(tmp_path: Path) -> None:
    config = (
        "type Config struct{}\n\nfunc (c Config) IsDevelopment() bool {\n"
        '\treturn os.Getenv("STAGE") == os.Getenv("NAME")\n}\n\nvar config Config\n'
    )
    slow = f"\nfunc slow(w http.ResponseWriter, r *http.Request) {{\n\t{FETCH}\n}}\n"
    boot = 'if config.IsDevelopment() {\n\thttp.HandleFunc("/slow", slow)\n\tgo http.ListenAndServe("localhost:6060", nil)\n}'
    assert codes(tmp_path, "", boot, "", config + slow) == []


def test_a_second_listener_for_the_dyno_itself(tmp_path: Path) -> None:
    assert codes(tmp_path, "", 'go http.ListenAndServe("localhost:6060", nil)') == []


def test_names_are_filled_once(tmp_path: Path) -> None:
    held = (
        "var once sync.Once\n\nvar names = map[string]string{}\n\n"
        'func other(w http.ResponseWriter, r *http.Request) {\n\tw.Write([]byte(names["a"]))\n}\n'
    )
    boot = 'http.HandleFunc("/other", other)'
    assert codes(tmp_path, "sync", boot, 'once.Do(func() {\n\tnames["a"] = "b"\n})', held) == []
    assert codes(tmp_path, "sync", boot, 'names["a"] = r.FormValue("b")\nonce.Do(func() {})', held) == ["HL206"]


def test_files_that_a_constraint_keeps_out_of_the_build(tmp_path: Path) -> None:
    extra = '//go:build %s\n\npackage main\n\nimport "os"\n\nfunc init() {\n\tos.WriteFile("data/orders.csv", nil, 0o644)\n}\n'
    assert codes(tmp_path, "", "", "", "", extra_go=extra % "ignore") == []
    assert codes(tmp_path, "", "", "", "", extra_go=extra % "linux") == ["HL204"]


def test_a_name_that_hides_the_package_it_is_made_with(tmp_path: Path) -> None:
    handler = "orders, err := orders.All()\nif err != nil {\n\treturn\n}\n_ = orders"
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / "orders.go").write_text(
        f'package orders\n\nimport "net/http"\n\nfunc All() (*http.Response, error) {{\n\treturn {FETCH}\n}}\n'
    )
    assert codes(tmp_path, "example.com/orders/orders", "", handler) == ["HL503"]


# ---- what the repository says about its buildpacks ----------------------------------------------------------------------------


def test_a_hook_of_the_go_buildpack_tells_that_it_is_chosen(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    package = '{"name": "client", "private": true, "engines": {"node": "24.x"}}\n'
    assert "HL422" in codes(tmp_path, "", package_json=package)
    (tmp_path / "bin" / "go-post-compile").write_text("#!/bin/sh\nrm -rf node_modules\n")
    assert "HL422" not in codes(tmp_path, "", package_json=package)


# ---- clients that were given a limit elsewhere ------------------------------------------------------------------------------

MADE = (
    "type API struct{ client *http.Client }\n\nfunc NewAPI(client *http.Client) *API {\n\tif client == nil {\n\t\tclient = &http.Client{%s}\n\t}\n"
    '\treturn &API{client: client}\n}\n\nfunc (a *API) orders() {\n\ta.client.Get("https://api.example.com")\n}\n\nvar api *API\n'
)
POOLED = (
    "var pool = sync.Pool{New: func() interface{} {\n\treturn &http.Client{Timeout: 5 * time.Second}\n}}\n\n"
    "func taken() *http.Client {\n\treturn pool.Get().(*http.Client)\n}\n"
)


def test_a_client_that_its_maker_gives_a_limit(tmp_path: Path) -> None:
    assert codes(tmp_path, "time", "api = NewAPI(nil)", "api.orders()", MADE % "Timeout: 5 * time.Second") == []
    assert codes(tmp_path, "", "api = NewAPI(nil)", "api.orders()", MADE % "") == ["HL503"]
    assert codes(tmp_path, "sync time", "", 'taken().Get("https://api.example.com")', POOLED) == []


ALONE = (
    'package main\n\nimport (\n\t"os"\n\n\t"github.com/spf13/cobra"\n)\n\nfunc main() {\n\tcommand().Execute()\n}\n\n'
    "func command() *cobra.Command {\n"
    '\troot := &cobra.Command{Use: "orders", %sRun: save}\n\troot.AddCommand(&cobra.Command{Use: "dump", Run: dump})\n\treturn root\n}\n\n'
    'func save(_ *cobra.Command, _ []string) {\n\tos.WriteFile("data/saved.csv", nil, 0o644)\n}\n\n'
    'func dump(_ *cobra.Command, _ []string) {\n\tos.WriteFile("data/dumped.csv", nil, 0o644)\n}\n'
)


@pytest.mark.parametrize(("arguments", "found"), [("", ["HL204"]), ("Args: cobra.MinimumNArgs(1), ", [])])
def test_without_a_subcommand_only_the_root_runs(tmp_path: Path, arguments: str, found: list[str]) -> None:
    files = {
        "main.go": ALONE % arguments,
        "go.mod": "module example.com/orders\n\ngo 1.26\n",
        "go.sum": "",
        "Procfile": "worker: bin/orders\n",
    }
    for path, text in files.items():
        (tmp_path / path).write_text(text)
    result = engine.run(tmp_path, WITHOUT_MODULES, OPTIONS)
    assert [finding.code for finding in result.findings if finding.code != "HL104"] == found
    assert all("saved" in finding.message for finding in result.findings if finding.code == "HL204")
