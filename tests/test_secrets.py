"""Secrets in pushed files: what is found, what stays silent. Secrets are put together here, so that none stands in the repository."""

from __future__ import annotations

import base64
import datetime
import random
import string
from pathlib import Path

import pytest
from conftest import Run, plant

import herolint
from herolint import engine
from herolint.app.services.secret_values import chosen_password, looks_random
from herolint.app.services.secrets import Secret, secrets_of
from herolint.config import Config
from herolint.knowledge.secrets import load_secret_formats
from herolint.source import SourceFile

ALPHABET = string.ascii_letters + string.digits
MADE = random.Random(7)


def letters(count: int, among: str = ALPHABET) -> str:
    return "".join(MADE.choice(among) for _ in range(count))


def hexadecimal(count: int) -> str:
    return letters(count, "0123456789abcdef")


def found(path: str, text: str) -> list[Secret]:
    return list(secrets_of(SourceFile(path, text.encode())))


def json_web_token(payload: str) -> str:
    parts = [base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in ('{"alg":"HS256","typ":"JWT"}', payload)]
    return ".".join((*parts, letters(43)))


TOKENS = {
    "a private key": "-----BEGIN RSA " + "PRIVATE KEY-----\n" + letters(64) + "\n" + letters(64),
    "an AWS access key": "AK" + "IA" + letters(16, string.ascii_uppercase + string.digits),
    "an AWS secret key": "aws_secret_access_key = " + letters(40),
    "a GitHub token": "gh" + "p_" + letters(36),
    "a GitLab token": "gl" + "pat-" + letters(20),
    "a Slack token": "xo" + "xb-" + "123456781234-" + letters(24),
    "a Discord bot token": base64.b64encode(b"812345678901234567").decode() + "." + letters(6) + "." + letters(38),
    "a Telegram bot token": "6123456789" + ":AA" + letters(33),
    "the session of a messenger account": "STRING_" + "SESSION=" + letters(352) + "=",
    "a Gmail app password": 'mail = {"host": "smtp.gmail.com", "password": "'
    + " ".join(letters(4, string.ascii_lowercase) for _ in range(4))
    + '"}',
    "a live payment key": "sk" + "_live_" + letters(24),
    "a SendGrid key": "SG" + "." + letters(22) + "." + letters(43),
    "a Mailgun key": "key" + "-" + hexadecimal(32),
    "a Google API key": "AI" + "za" + letters(35),
    "a Google OAuth client secret": "GOC" + "SPX-" + letters(28),
    "an OpenAI key": "sk" + "-proj-" + letters(60),
    "an Anthropic key": "sk" + "-ant-" + letters(60),
    "a Hugging Face token": "h" + "f_" + letters(34),
    "an npm token": "//registry.npmjs.org/:_auth" + "Token=" + letters(36),
    "a PyPI token": "pypi" + "-AgE" + letters(80),
    "a Heroku API key": "HRKU" + "-" + letters(40),
    "a Facebook token": "EA" + "A" + letters(120),
    "a Supabase service key": json_web_token('{"iss":"supabase","role":"service_role","iat":1700000000}'),
}


@pytest.mark.parametrize("kind", TOKENS)
def test_a_token_of_a_service_is_found_and_masked(kind: str) -> None:
    secret = TOKENS[kind]
    line = secret if "=" in secret or "BEGIN" in secret else f'bot_token = "{secret}"'
    (one,) = found("app/settings.py", line + "\n")
    assert one.kind == kind
    assert secret not in one.masked


def test_every_format_compiles_and_says_where_it_may_stand() -> None:
    formats = load_secret_formats().token
    assert formats
    for token in formats:
        assert "s" in token.regex.groupindex
        assert token.needles


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app.py", 'API_KEY = "your-api-key-here"\nTOKEN = "xxxxxxxxxxxxxxxxxxxxxxxx"\n'),
        ("app.py", 'STRIPE = "sk_' + 'test_4eC39HqLyjWDarjtT1zdp7dc"\n'),
        ("app.py", 'URL = "postgres://postgres:postgres@localhost:5432/shop"\n'),
        (".env", "MONGO_URL=mongodb://mongo:z4xz" + "@43.212.236.XX:XXXX/shop\n"),
        ("wp-includes/pluggable.php", "<?php\n/**\n *     define('AUTH_KEY', '" + letters(60) + "12 4');\n */\n"),
        ("themes/shop/footer.php", "<script>\nwindow.liveSettings = { api_key: '" + letters(30) + "12' };\n</script>\n"),
        ("conf/application.conf", 'play.http.secret.key = "changeme"\n'),
        ("conf/application.conf", 'play.http.secret.key = "' + letters(60) + '1"\nplay.http.secret.key = ${?APPLICATION_SECRET}\n'),
        ("app.py", 'URL = "postgres://user:password@db.shop-data.net/shop"\n'),
        ("shop/static/js/player.js", "var settings = { apiKey: 'htu4Rd1JP11Ww0X72T1C" + "3g' };\n"),
        ("shop/local_settings.py", 'DATABASES = {"default": {"HOST": "localhost", "PASSWORD": "Vq8zTr41LmP0Wx' + '55Kd7Q"}}\n'),
        (
            "shop/settings.py",
            'DATABASES = {"default": {"PASSWORD": "Vq8zTr' + '41", "HOST": "localhost"}}\nEMAIL_HOST = "smtp.shop-data.net"\n',
        ),
        ("crm.py", 'key = os.getenv("API_KEY", "none-so-far")\nrow("password_reset", "Confirm your password")\n'),
        ("env.ts", "const names = ['AWS_S3_SECRET_ACCESS_KEY', 'AWS_S3_ACCESS_KEY_ID'];\n"),
        ("idea.key", "not a key at all\n"),
        ("crm.py", 'if not self.access_token:\n    auth_url = f"{self.base}/oauth2/' + letters(14) + '1"\n'),
        ("crm.py", 'key = os.environ.get("API_KEY") or "none-so-far-1"\nname = row["token"] or "Nameless-Customer-17"\n'),
        (
            "settings.py",
            'class Settings(BaseSettings):\n    api_key: str = "set-me-in-production"\n    token_type: str = "Bearer-Token-V2xx"\n',
        ),
        ("pay.py", 'MPESA_PASSKEY = "bfb279f9' + "aa9bdbcf158e97dd71a467cd2e0c893059b10f78" + '"\n'),
        ("compose.py", 'URL = "redis://:Vq8zTr41@redis:6379/0"\n'),
        ("app.py", 'URL = f"postgres://{user}:{password}@db.shop-data.net/shop"\n'),
        ("app.py", 'TOKEN_URL = "https://accounts.shop.net/oauth2/token"\nSECRET_NAME = "projects/17/secrets/app42/versions/3"\n'),
        ("settings.js", "const key = process.env.API_KEY || 'none';\nconst password = 'forgot_password_screen1';\n"),
        ("web/main.js", "const firebase = { authDomain: 'shop.firebaseapp.com', apiKey: '" + TOKENS["a Google API key"] + "' };\n"),
        ("config/secrets.yml", "development:\n  secret_key_base: '" + hexadecimal(128) + "'\n"),
        ("compose/docker-compose.yml", "services:\n  db:\n    environment:\n      PASSWORD: 'Vq8zTr41LmP0'\n"),
        (".env", "REACT_APP_API_KEY=" + letters(32) + "\nPASSWORD=change-me\nDB_HOST=localhost\nDB_PASSWORD=Vq8zTr41\n"),
        (".env.local", "AUTH_USERNAME=notifier-5\nAUTH_PASSWORD=notifier-5\nTWILIO_AUTH_TOKEN=TWILIO_AUTH_TOKEN\n"),
        ("app.py", 'password_hash = "pbkdf2_sha256$36000$qmC2Cn9aIXt7$mEQwGXDmVNxcYqQ"\n'),
        ("config/initializers/devise.rb", "  # config.secret_key = '" + hexadecimal(128) + "'\n"),
        (
            "wp-config.php",
            "<?php\ndefine('DB_HOST', 'localhost');\ndefine('DB_PASSWORD', 'Vq8zTr41');\ndefine('AUTH_KEY', 'put your unique phrase here');\n",
        ),
        (
            "app/views/login.html.erb",
            '<input name="authenticity_token" value="x">\n<script>authenticity_token = "' + letters(40) + '1"</script>\n',
        ),
        ("deploy.sh", 'echo "\\nAPI_KEY=' + letters(32) + '" > settings\n'),
        ("web/page.ts", "const t = headers['x-auth-token'] || 'none-was-given'; const k = rows[keys[\"token\"]] ?? 'anonymous-user';\n"),
        (
            "package.json",
            '{"scripts": {"dev": "SESSION_SECRET=\\"' + letters(30) + '1\\" node ."}, "config": {"token": "' + letters(30) + '1"}}\n',
        ),
        ("mail.js", "const gmail = { pass: 'abcd efgh ijkl mnop' };\n"),
        ("fetch.js", "const headers = { cookie: 'shop_session=" + "eyJpdiI6" + letters(300) + "' };\n"),
        ("web/app.ts", 'const anonKey = "' + json_web_token('{"iss":"supabase","role":"anon","iat":1700000000}') + '";\n'),
    ],
)
def test_what_only_looks_like_a_secret_is_silent(path: str, text: str) -> None:
    assert found(path, text) == []


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("config/twitter.rb", 'config.consumer_secret = "' + letters(40) + '1"\n', "the value of consumer_secret"),
        ("src/mail.js", "const mail = { smtpPassword: 'Blue-42-horses' };\n", "the value of smtpPassword"),
        (
            "settings.py",
            "HOSTS = ['redis://:p" + hexadecimal(64) + "@ec2'\n         '-18-210-1-2.compute-1.amazonaws.com:7050']\n",
            "a redis password",
        ),
        ("fetch.go", '// proxy := "https://spa8:rvv' + 'VowhI_qc13@gate.proxies.com:7000"\n', "a password in an address"),
        ("settings.py", 'DATABASES = {"default": {"HOST": "db.shop-data.net", "PASSWORD": "Vq8zTr' + '41"}}\n', "the value of PASSWORD"),
        (".env", "APP_KEY=base64:" + letters(43) + "1=\n", "the value of APP_KEY"),
        (
            "wp-config.php",
            "<?php\ndefine('DB_HOST', 'db.shop-data.net');\ndefine( 'DB_PASSWORD', 'Vq8zTr" + "41' );\n",
            "the value of DB_PASSWORD",
        ),
        ("conf/application.conf", 'play.http.secret.key = "' + "a`j<" + letters(58) + '1"\n', "the value of play.http.secret.key"),
        ("config/master.key", hexadecimal(32), "the key to Rails' credentials"),
        (".encryption_key", letters(43) + "=\n", "a Fernet key"),
        ("secret.key", letters(43) + "=", "a Fernet key"),
        ("crm.py", 'token = os.getenv("AGENCY_TOKEN", "' + letters(38) + '1")\n', "the value of AGENCY_TOKEN"),
        ("crm.py", 'config("API_SECRET", default="' + letters(38) + '1")\n', "the value of API_SECRET"),
        ("crm.py", 'token = os.environ.get("AGENCY_TOKEN") or "' + letters(38) + '1"\n', "the value of AGENCY_TOKEN"),
        ("crm.py", 'token = os.environ.get("AGENCY_TOKEN", None) or "' + letters(38) + '1"\n', "the value of AGENCY_TOKEN"),
        ("crm.py", 'token = (os.environ["AGENCY_TOKEN"] or "' + letters(38) + '1")\n', "the value of AGENCY_TOKEN"),
        ("settings.py", "class Settings(BaseSettings):\n    agency_token: str = '" + letters(38) + "1'\n", "the value of agency_token"),
        (
            "settings.py",
            'class S(BaseSettings):\n    api_key: str | None = Field(default="' + letters(38) + '1")\n',
            "the value of api_key",
        ),
        ("settings.py", 'class S(BaseSettings):\n    api_key: SecretStr = SecretStr("' + letters(38) + '1")\n', "the value of api_key"),
        ("crm.js", 'const t = process.env.AGENCY_TOKEN || "' + letters(38) + '1";\n', "the value of AGENCY_TOKEN"),
        ("crm.ts", 'const t = process.env["AGENCY_TOKEN"] ?? "' + letters(38) + '1";\n', "the value of AGENCY_TOKEN"),
        ("crm.rb", "token = ENV['AGENCY_TOKEN'] || '" + letters(38) + "1'\n", "the value of AGENCY_TOKEN"),
        (
            "package.json",
            '{"dependencies": {"skins": "git+https://' + TOKENS["a GitHub token"] + ':x-oauth-basic@github.com/shop/skins.git"}}\n',
            "a GitHub token",
        ),
        (
            "shop/local_settings.py",
            'DATABASES = {"default": {"PASSWORD": "Vq8zTr41LmP0Wx' + '55Kd7Q", "HOST": "ec2-50-17-2-1.compute-1.amazonaws.com"}}\n',
            "the value of PASSWORD",
        ),
        ("settings.py", 'EMAIL_HOST = "smtp.gmail.com"\nEMAIL_HOST_PASSWORD = "qwmxzodkvbnqrtuy"\n', "the value of EMAIL_HOST_PASSWORD"),
    ],
)
def test_a_secret_by_its_name(path: str, text: str, kind: str) -> None:
    assert [one.kind for one in found(path, text)] == [kind]


def test_a_token_that_only_reads_stands_in_the_configuration_by_design() -> None:
    for rights, expected in (("read", 0), ("read-write", 1)):
        token = base64.b64encode(f"{hexadecimal(8)}-{hexadecimal(12)}|{rights}".encode()).decode()
        assert len(found("nx.json", '{"tasksRunnerOptions": {"default": {"options": {"accessToken": "' + token + '"}}}}')) == expected


def test_words_are_not_random() -> None:
    assert looks_random("vkjgd234vbdQ9zLm")
    assert not looks_random("password_reset_token_expired_1")
    assert not looks_random("projects/17/secrets/app42")
    assert not chosen_password("your_password1")
    assert chosen_password("Blue-42-horses")


def test_the_key_of_a_certificate_for_localhost(tmp_path: Path) -> None:
    begin, end = ("-----" + word + " PRIVATE KEY-----\n" for word in ("BEGIN", "END"))
    key = begin + "".join(f"{letters(64)}\n" for _ in range(4)) + end
    for host, found in {"localhost": False, "shop.example.org": True}.items():
        home = tmp_path / host
        (home / "tls").mkdir(parents=True)
        body = base64.b64encode(b"0\x82\x03\x00 " + host.encode() + b" made by hand " * 9).decode()
        (home / "tls" / "key.pem").write_text(key)
        (home / "tls" / "cert.pem").write_text(f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
        (home / "Procfile").write_text("web: bin/shop\n")
        codes = [
            finding.code
            for finding in engine.run(home, Config(), engine.RunOptions(today=datetime.date(2026, 11, 24), cache=False)).findings
        ]
        assert ("HL701" in codes) is found


def test_a_value_for_tests_in_a_script_that_nobody_runs(tmp_path: Path) -> None:
    line = f'TEST_SECRET = "{letters(33)}"\n'
    for name, text in {"Procfile": "web: python app.py\n", "app.py": "import shop\n", "shop.py": line, "scripts/fill.py": line}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    result = engine.run(tmp_path, Config(), engine.RunOptions(today=datetime.date(2026, 11, 24), cache=False))
    assert [f.at.path for f in result.findings if f.code == "HL701"] == ["shop.py"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("provider :github, ENV['ID'], 'SECRET'", True),
        ("provider :github, ENV['ID'], ENV['KEY'] || 'SECRET'", True),
        ("provider :github, ENV['ID'], ENV['KEY']", False),
        ("provider :github, 'SECRET', ENV['KEY']", False),
        ("provider :github, ENV['ID'], 'github-oauth-app-secret-2024'", False),
    ],
)
def test_a_secret_that_a_call_is_given_by_its_position(line: str, told: bool, tmp_path: Path) -> None:
    secret = hexadecimal(40)
    files = {
        "Gemfile": "source 'https://rubygems.org'\nruby '3.4.7'\ngem 'puma'\ngem 'rackup'\ngem 'omniauth-github'\n",
        "Procfile": "web: bundle exec puma -p $PORT\n",
        "config.ru": f"require 'omniauth-github'\nuse OmniAuth::Builder do\n  {line}\nend\n".replace("SECRET", secret)
        + "run ->(env) { [200, {}, []] }\n",
    }
    result = engine.run(plant(tmp_path, files), Config(), engine.RunOptions(today=datetime.date(2026, 11, 24), cache=False))
    messages = [one.message for one in result.findings if one.code == "HL701"]
    assert messages == ([f"the secret that `provider` is given is committed: {secret[:4]}… (40 characters)"] if told else [])


@pytest.mark.parametrize("folder", ["vendor", "Godeps/_workspace/src"])
def test_a_key_of_a_copied_library_is_not_the_apps(folder: str, tmp_path: Path) -> None:
    key = TOKENS["a private key"] + "\n"
    plant(tmp_path, {"main.go": "package main\n", f"{folder}/git.maker.org/sql/certs/server.key": key})
    result = engine.run(tmp_path, Config(), engine.RunOptions(today=datetime.date(2026, 11, 24), cache=False))
    assert not [f for f in result.findings if f.code == "HL701"]


@pytest.fixture
def quoting(tmp_path: Path) -> tuple[Path, str]:
    """An app whose commands, versions and addresses hold a token, which rules, forecasts and reports quote; and the token."""
    token = "gh" + "p_" + letters(36)
    address = f"https://{token}@git.example.org/buildpack"
    files = {
        "Procfile": f"web: API_TOKEN={token} python app.py --token {token}\nrelease: python {token}.py\n",
        "app.py": 'print("hello")\n',
        "app.json": f'{{"buildpacks": [{{"url": "{address}"}}, {{"url": "heroku/python"}}]}}\n',
        "requirements.txt": f"foo=={token}\n",
        "runtime.txt": f"{token}\n",
    }
    return plant(tmp_path, files), token


@pytest.mark.parametrize(
    "form", ["text", "concise", "markdown", "html", "json", "sarif", "github", "gitlab", "junit", "checkstyle", "rdjson"]
)
def test_no_report_gives_a_secret_away(form: str, quoting: tuple[Path, str]) -> None:
    root, token = quoting
    result = herolint.check(root, config=Config(), pedantic=True)
    assert {"HL110", "HL407", "HL410", "HL701"} <= {finding.code for finding in result.findings}
    report = herolint.render(result, form)
    assert token[:4] in report
    assert token[4:] not in report


@pytest.mark.parametrize("words", [("build",), ("build", "--format", "json"), ("slug",), ("init",), ("why", "app.py:1")])
def test_no_command_gives_a_secret_away(words: tuple[str, ...], quoting: tuple[Path, str], herolint: Run) -> None:
    root, token = quoting
    done = herolint(*words, cwd=root)
    assert done.returncode in (0, 1), done.stderr
    assert token[4:] not in done.stdout + done.stderr


def test_a_baseline_keeps_no_secret_and_knows_the_findings_that_quote_it(quoting: tuple[Path, str], herolint: Run) -> None:
    root, token = quoting
    herolint("baseline", cwd=root)
    assert token[4:] not in (root / "herolint-baseline.json").read_text()
    assert herolint("check", cwd=root).returncode == 0
