"""Flags of Go programs: the port that a flag of any library holds, as a developer would see it in the findings."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_go_apps import MODULE, OPTIONS, program

from herolint import engine
from herolint.changes import Edit
from herolint.config import Config
from herolint.finding import Finding

URFAVE = (
    "app := &cli.App{{\n\tFlags: []cli.Flag{{{flag}}},\n\t"
    "Action: func(c *cli.Context) error {{ return http.ListenAndServe({address}, nil) }},\n}}\napp.Run(os.Args)"
)
COBRA = 'var command = &cobra.Command{Use: "orders", Run: serve}\n\nfunc serve(cmd *cobra.Command, args []string) {\n\t%s\n}'
MODULES = {
    "github.com/urfave/cli/v2": "v2.27.7",
    "github.com/spf13/cobra": "v1.10.1",
    "github.com/spf13/viper": "v1.21.0",
    "github.com/alecthomas/kingpin/v2": "v2.4.0",
    "github.com/namsral/flag": "v1.7.4-pre",
}


def found(root: Path, source: str, command: str) -> list[Finding]:
    """What is said of a program that the Procfile starts with that command."""
    used = {path: version for path, version in MODULES.items() if f'"{path}"' in source}
    requires = "".join(f"\nrequire {path} {version}\n" for path, version in used.items())
    sums = "".join(f"{path} {version} h1:aaaa=\n{path} {version}/go.mod h1:aaaa=\n" for path, version in used.items())
    for name, text in {"go.mod": MODULE + requires, "go.sum": sums, "Procfile": f"web: {command}\n", "main.go": source}.items():
        (root / name).write_text(text)
    return list(engine.run(root, Config(), OPTIONS).findings)


def urfave(flag: str, address: str) -> str:
    return program("net/http os github.com/urfave/cli/v2", URFAVE.format(flag=flag, address=address))


def cobra(init: str, serve: str, more: str = "", before: str = "") -> str:
    return program(f"net/http github.com/spf13/cobra {more}", f"{init}\ncommand.Execute()", before + COBRA % serve)


FIXED = {
    "a default": (program("flag net/http", 'at := flag.String("at", ":8080", "")\nhttp.ListenAndServe(*at, nil)'), "bin/orders"),
    "a variable": (
        program("flag net/http", 'flag.StringVar(&at, "at", ":8080", "")\nhttp.ListenAndServe(at, nil)', "var at string"),
        "bin/orders",
    ),
    "on the command line": (
        program("flag net/http", 'at := flag.String("at", "", "")\nhttp.ListenAndServe(*at, nil)'),
        "bin/orders -at=:8080",
    ),
    "urfave": (urfave('&cli.StringFlag{Name: "at", Value: ":8080"}', 'c.String("at")'), "bin/orders"),
    "urfave, into a variable": (urfave('&cli.StringFlag{Name: "at", Value: ":8080", Destination: &at}', "at"), "bin/orders"),
    "cobra": (
        cobra('command.Flags().StringP("at", "a", ":8080", "")', 'at, _ := cmd.Flags().GetString("at")\n\thttp.ListenAndServe(at, nil)'),
        "bin/orders",
    ),
    "viper": (
        cobra(
            'command.Flags().String("at", ":8080", "")\nviper.BindPFlag("address", command.Flags().Lookup("at"))',
            'http.ListenAndServe(viper.GetString("address"), nil)',
            "github.com/spf13/viper",
        ),
        "bin/orders",
    ),
    "kingpin": (
        program(
            "net/http github.com/alecthomas/kingpin/v2",
            'at := kingpin.Flag("at", "").Default(":8080").String()\nkingpin.Parse()\nhttp.ListenAndServe(*at, nil)',
        ),
        "bin/orders",
    ),
}  # fmt: skip
TAKEN = {
    "by a short name": (
        cobra('command.Flags().StringVarP(&at, "at", "a", ":8080", "")', "http.ListenAndServe(at, nil)", before="var at string\n\n"),
        "bin/orders -a :$PORT",
    ),
    "by a variable of urfave": (urfave('&cli.StringFlag{Name: "p", Value: "80", EnvVars: []string{"PORT"}}', '":"+c.String("p")'), "bin/orders"),
    "by a variable of kingpin": (
        program("net/http github.com/alecthomas/kingpin/v2", 'p := kingpin.Flag("p", "").Envar("PORT").String()\nhttp.ListenAndServe(":"+*p, nil)'),
        "bin/orders",
    ),
    "by the flag's own variable": (
        program("net/http github.com/namsral/flag", 'p := flag.String("port", "80", "")\nhttp.ListenAndServe(":"+*p, nil)'),
        "bin/orders",
    ),
    "by what the code does with the flag": (
        program(
            "flag net/http os",
            'at := flag.String("at", ":8080", "")\nif port := os.Getenv("PORT"); port != "" {\n\t*at = ":" + port\n}\nhttp.ListenAndServe(*at, nil)',
        ),
        "bin/orders",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FIXED)
def test_a_fixed_port_is_told(tmp_path: Path, name: str) -> None:
    source, command = FIXED[name]
    source = source.replace("func main()", "var at string\n\nfunc main()") if "into a variable" in name else source
    (one,) = found(tmp_path, source, command)
    assert one.code == "HL105"
    assert "port 8080" in one.message


@pytest.mark.parametrize("name", TAKEN)
def test_a_port_that_the_platform_gives(tmp_path: Path, name: str) -> None:
    assert found(tmp_path, *TAKEN[name]) == []


def test_two_processes_that_give_it_differently(tmp_path: Path) -> None:
    """Which of them counts cannot be told from the option alone."""
    source = program("flag net/http", 'at := flag.String("at", "", "")\nhttp.ListenAndServe(*at, nil)')
    assert found(tmp_path, source, "bin/orders -at :$PORT\nworker: bin/orders -at :9000") == []


def test_the_fix_writes_the_option_into_the_procfile(tmp_path: Path) -> None:
    (one,) = found(tmp_path, urfave('&cli.StringFlag{Name: "at", Value: "localhost:8080"}', 'c.String("at")'), "bin/orders serve")[:1]
    assert one.fix is not None
    assert one.fix.safe
    (edit,) = one.fix.edits
    assert isinstance(edit, Edit)
    assert (edit.path, edit.text) == ("Procfile", " --at=:$PORT")
