"""The configuration: where it is found, what it may say, and how mistakes in it are told."""

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.config import Config, ConfigError, load_config, parse_config
from auditor.config.key_lines import key_lines
from auditor.config.schema import NAME, schema_text
from auditor.model.vocabulary import Severity

ROOT = Path(__file__).resolve().parents[1]

WHOLE = """\
# Settings of tidepool
hubs = ["build", "Make binaries"]
rules = ["ci/rules"]

[[targets]]
platform = "npm"
package = "@acme/tidepool"

[[targets]]
platform = "homebrew"
package = "tidepool"
version = "{version}"
places = { repository = "acme/homebrew-tools" }
expected_files = ["tidepool_{version}.tar.gz"]

[registries.npm]
url = "https://npm.example/mirror"
token_variable = "NPM_READ_TOKEN"
allow_private = true

[check]
min_severity = "warning"
baseline = ".relaudit-baseline.json"
also = ["zizmor"]

[checks.inherited-skip]
enabled = false
severity = "note"
ignore = [".github/workflows/old-*.yml"]

[secrets]
max_age_days = 90
ignore = ["SLACK_WEBHOOK"]

[verify]
only = ["npm"]
wait = 300
"""


def parsed(text: str) -> Config:
    return parse_config(text, "relaudit.toml", Path("/repo"))


def complaint(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parsed(text)
    return str(caught.value)


def test_every_setting_is_read() -> None:
    config = parsed(WHOLE)
    assert config.hubs == ("build", "Make binaries")
    assert config.rules == (Path("/repo/ci/rules"),)
    assert [target.platform for target in config.targets] == ["npm", "homebrew"]
    assert config.targets[1].places == {"repository": "acme/homebrew-tools"}
    assert config.registries["npm"].token_variable == "NPM_READ_TOKEN"  # noqa: S105 - a name
    assert config.registries["npm"].allow_private
    assert config.check.baseline == Path("/repo/.relaudit-baseline.json")
    assert config.check.min_severity is Severity.WARNING
    assert not config.checks["inherited-skip"].enabled
    assert config.checks["inherited-skip"].severity is Severity.NOTE
    assert config.secrets.max_age_days == 90
    assert config.verify.only == ("npm",)
    assert config.verify.wait == 300


def test_the_defaults_need_no_file(tmp_path: Path) -> None:
    config = load_config(tmp_path)
    assert config == Config()
    assert config.verify.enabled
    assert config.source is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('hub = ["build"]\n', "relaudit.toml:1: unknown key `hub`; did you mean `hubs`?"),
        (
            '\n[[targets]]\nplatform = "npm"\npackage = "a"\n[[targets]]\nplatform = "npm"\npackage = "b"\nplase = {}\n',
            "relaudit.toml:8: unknown key `plase` in `targets[1]`; did you mean `places`?",
        ),
        (
            '[registries.npm]\ntoken-variable = "X"\n',
            "relaudit.toml:2: unknown key `token-variable` in `registries.npm`; did you mean `token_variable`?",
        ),
        (
            '[checks.inherited-skip]\nseverity = "warn"\n',
            "relaudit.toml:2: `checks.inherited-skip.severity` cannot be `warn`; did you mean `warning`?",
        ),
        ("[verify]\nwait = -1\n", "relaudit.toml:2: `verify.wait`: input should be greater than or equal to 0"),
        ('[[targets]]\nplatform = "npm"\n', "relaudit.toml:1: `targets[0]` needs `package`"),
        (
            '[registries.npm]\nurl = "https://user:pw@npm.example/"\n',
            "relaudit.toml:2: `registries.npm.url` is not usable: it is an http(s) address",
        ),
        (
            '[registries.npm]\ntoken_variable = "npm_abc-def"\n',
            "relaudit.toml:2: `registries.npm.token_variable` is not usable: it is the name of an environment variable",
        ),
        ('[[targets]]\nplatform = "npm"\npackage = "a"\nversion = "1.0"\n', "relaudit.toml:4: `targets[0].version`"),
        ("[verify]\n\nhubs = [\n", "relaudit.toml:3: not valid TOML: "),
        ('source = "elsewhere"\n', "relaudit.toml:1: unknown key `source`"),
        ("completely_else = 1\n", "unknown key `completely_else`; there are `check`, `checks`, `hubs`, "),
        ('[checks]\n"Bad Id" = {}\n', "relaudit.toml:2: `Bad Id` is no name for a key of `checks`"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_a_better_word(text: str, said: str) -> None:
    assert said in complaint(text)


def test_a_token_written_in_place_of_a_name_is_not_repeated() -> None:
    assert "abc-def" not in complaint(
        '[registries.npm]\ntoken_variable = "npm_abc-def"\nurl = "https://u:abc-def@x/"\n'
    )


def test_all_mistakes_are_told_at_once_in_the_order_of_lines() -> None:
    told = complaint('hubs = 1\n\n[verify]\nwaits = 3\nonly = ["NPM!"]\n').splitlines()
    assert [line.split(": ")[0] for line in told] == ["relaudit.toml:1", "relaudit.toml:4", "relaudit.toml:5"]


def test_the_nearest_file_below_the_repositorys_root_counts(tmp_path: Path) -> None:
    (tmp_path / "relaudit.toml").write_text('hubs = ["outside"]\n')
    repository = tmp_path / "repo"
    inner = repository / "packages" / "core"
    inner.mkdir(parents=True)
    (repository / ".git").mkdir()
    assert load_config(inner).hubs == ()
    (repository / "relaudit.toml").write_text('hubs = ["root"]\n')
    assert load_config(inner).hubs == ("root",)
    (inner / "pyproject.toml").write_text('[project]\nname = "core"\n')
    assert load_config(inner).hubs == ("root",)
    (inner / "pyproject.toml").write_text('[tool.relaudit]\nhubs = ["core"]\n')
    found = load_config(inner)
    assert found.hubs == ("core",)
    assert found.source == inner / "pyproject.toml"


def test_a_mistake_in_pyproject_names_the_line_there(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text('[project]\nname = "core"\n\n[tool.relaudit.verify]\nenable = true\n')
    with pytest.raises(
        ConfigError, match=r"pyproject\.toml:5: unknown key `enable` in `verify`; did you mean `enabled`"
    ):
        load_config(tmp_path)


def test_somebody_elses_broken_pyproject_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project\n")
    assert load_config(tmp_path) == Config()


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (b"hubs = " + b"[" * 5000, "not valid TOML"),
        (b"a = " + b"9" * 9000, "not valid TOML"),
        (b"# " + b"x" * 1_000_001, "larger than 1 MB"),
    ],
    ids=["bytes", "deep", "number", "large"],
)
def test_a_hostile_file_is_one_clear_error(tmp_path: Path, raw: bytes, said: str) -> None:
    (tmp_path / "relaudit.toml").write_bytes(raw)
    with pytest.raises(ConfigError, match=said):
        load_config(tmp_path)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "relaudit.toml").write_bytes(b'\xef\xbb\xbfhubs = ["a"]\r\n')
    assert load_config(tmp_path).hubs == ("a",)


def test_the_published_schema_is_the_models() -> None:
    written = (ROOT / "docs" / "schema" / NAME).read_text("utf-8")
    assert written == schema_text(), "run `python -m auditor.config.schema docs/schema`"


def test_the_schema_takes_what_the_models_take_and_refuses_what_they_refuse() -> None:
    schema = json.loads(schema_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(tomllib.loads(WHOLE), schema)
    for wrong in ('hub = ["x"]', "[verify]\nwait = -1", '[checks.a]\nseverity = "loud"', 'source = "x"'):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(tomllib.loads(wrong), schema)


def test_the_documented_configuration_is_valid() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    blocks = [block.split("```")[0] for block in text.split("```toml\n")[1:]]
    assert blocks
    for block in blocks:
        parsed(block)
    for name in Config.model_fields:
        assert name == "source" or any(
            f"{name}." in block or f"[{name}" in block or f"{name} =" in block for block in blocks
        )


def test_lines_of_keys_are_found_in_every_form_toml_has() -> None:
    text = (
        "a = 1 # [no]\n"
        "'b c'.\"d\\u0065\" = '''\n[x]\n y = 2\n'''\n"
        "e = [\n  # note\n  { f = 1, g = [1,\n 2] },\n  'h',\n]\n"
        '[ t . "u.v" ]\nw = """a\\"""" \nd = 1979-05-27 07:32:00\nx = 1\n'
        "[[t.l]]\nx = 1\n[[t.l]]\nx.y = 2\n[t.l.z]\nq = 1\n"
    )
    tomllib.loads(text)
    lines = key_lines(text)
    assert lines["a",] == 1
    assert lines["b c", "de"] == 2
    assert lines["e", 0, "f"] == 8
    assert lines["e", 0, "g", 1] == 9
    assert lines["e", 1] == 10
    assert lines["t", "u.v", "x"] == 15
    assert lines["t", "l", 0, "x"] == 17
    assert lines["t", "l", 1, "x", "y"] == 19
    assert lines["t", "l", 1, "z", "q"] == 21
    assert ("x",) not in lines
    assert ("y",) not in lines


@given(st.text(alphabet="ab.=[]{}\"'\\\n #,1:", max_size=60))
def test_the_walk_over_a_text_always_ends_inside_it(text: str) -> None:
    assert all(1 <= line <= text.count("\n") + 1 for line in key_lines(text).values())
