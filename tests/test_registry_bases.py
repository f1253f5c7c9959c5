"""Where a registry is asked: the rules, the user's package manager, the configuration, in that order of strength."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.config.settings import RegistrySettings
from auditor.model.live import Target
from auditor.registries.bases import ResolvedBase, base_of
from auditor.registries.npm_config import npm_registry
from auditor.registries.pip_config import pip_index
from auditor.registries.settings import Settings
from auditor.registries.subject import Subject
from auditor.rulebook.address_templates import UnfitError
from auditor.rulebook.registry_schema import Registry
from tests.registry_standin.asking import declared, target

QUESTION = "  questions: [{ id: a, get: /x, expect: [{ path: y }] }]\n"
NPM = declared(f"  purl: npm\n  base: {{ from: npm-config }}\n{QUESTION}")
PIP = declared(f"  purl: pypi\n  base: {{ from: pip-config }}\n{QUESTION}")
PIP_WITHOUT = declared(f"  purl: pypi\n  base: {{ from: pip-config, without: simple }}\n{QUESTION}")


def found(registry: Registry, one: Target | None = None, **more: object) -> ResolvedBase | None:
    one = one or target("small", "@acme/thing", "1.0.0")
    return base_of(Subject.of(one, registry), Settings(registries={"small": registry}, **more))  # type: ignore[arg-type]


class TestNpm:
    def test_without_a_configuration_the_library_s_registry_counts(self) -> None:
        base = found(NPM)
        assert base is not None
        assert not base.own
        assert base.url.startswith("https://registry.")
        assert base.url.count("/") == 2

    def test_the_scope_s_registry_comes_before_the_general_one(self, tmp_path: Path) -> None:
        (tmp_path / ".npmrc").write_text(
            "; mine\nregistry=https://npm.example/all/\n@acme:registry = 'https://npm.example/acme/'\n//npm.example/:_authToken=secret\n"
        )
        assert npm_registry("@acme/thing", {}, tmp_path, None) == "https://npm.example/acme/"
        assert npm_registry("@other/thing", {}, tmp_path, None) == "https://npm.example/all/"
        assert found(NPM, folder=tmp_path) == ResolvedBase("https://npm.example/acme", own=True)

    def test_the_environment_comes_before_files_and_the_project_before_the_user(self, tmp_path: Path) -> None:
        project, home = tmp_path / "project", tmp_path / "home"
        for folder, name in ((project, "project"), (home, "home")):
            folder.mkdir()
            (folder / ".npmrc").write_text(f"registry=https://{name}.example\n")
        environ = {"npm_config_registry": "https://environment.example"}
        assert npm_registry("thing", environ, project, home) == "https://environment.example"
        assert npm_registry("thing", {}, project, home) == "https://project.example"
        assert npm_registry("thing", {}, None, home) == "https://home.example"

    def test_a_checkout_cannot_send_the_environment_to_a_host(self, tmp_path: Path) -> None:
        (tmp_path / ".npmrc").write_text("registry=https://${SECRET}.example/\n")
        assert npm_registry("thing", {"SECRET": "x"}, tmp_path, None) is None

    def test_credentials_in_the_address_are_left_out(self, tmp_path: Path) -> None:
        (tmp_path / ".npmrc").write_text("registry=https://user:pass@npm.example/x/\n")
        assert found(NPM, folder=tmp_path) == ResolvedBase("https://npm.example/x", own=True)


class TestPip:
    def test_the_environment_counts_first(self, tmp_path: Path) -> None:
        (tmp_path / ".config" / "pip").mkdir(parents=True)
        (tmp_path / ".config" / "pip" / "pip.conf").write_text("[global]\nindex-url = https://file.example/simple\n")
        assert (
            pip_index({"PIP_INDEX_URL": "https://environment.example/simple"}, tmp_path)
            == "https://environment.example/simple"
        )
        assert pip_index({}, tmp_path) == "https://file.example/simple"

    def test_a_file_that_is_none_is_as_good_as_absent(self, tmp_path: Path) -> None:
        file = tmp_path / "pip.conf"
        file.write_bytes(b"\xff\xfe[broken")
        assert pip_index({"PIP_CONFIG_FILE": str(file)}, None) is None

    @pytest.mark.parametrize(
        ("index", "without"),
        [
            ("https://pypi.example/simple/", "https://pypi.example"),
            ("https://u:p@devpi.example/root/dev/+simple/", "https://devpi.example/root/dev"),
            ("https://pypi.example/packages", "https://pypi.example/packages"),
        ],
    )
    def test_the_simple_index_and_what_is_beside_it(self, index: str, without: str) -> None:
        environ = {"PIP_INDEX_URL": index}
        one = target("small", "thing", "1.0.0")
        assert found(PIP_WITHOUT, one, environ=environ) == ResolvedBase(without, own=True)
        plain = found(PIP, one, environ=environ)
        assert plain is not None
        assert plain.url == index.rstrip("/").replace("u:p@", "")

    def test_without_a_configuration_the_library_s_host_counts(self) -> None:
        base = found(PIP, target("small", "thing", "1.0.0"))
        assert base is not None
        assert base.url.startswith("https://")
        assert base.url.endswith("/simple")
        assert not base.own


def test_the_configured_address_counts_before_everything() -> None:
    access = {"small": RegistrySettings(url="https://mirror.example/npm/")}
    environ = {"NPM_CONFIG_REGISTRY": "https://npm.example"}
    assert found(NPM, access=access, environ=environ) == ResolvedBase("https://mirror.example/npm", own=True)


def test_a_second_host_of_the_public_registry_is_not_told_what_a_mirror_is_asked() -> None:
    registry = declared(
        "  base: https://index.example\n  questions:\n    - { id: a, get: /x, expect: [{ path: y }] }\n"
        "    - { id: b, base: https://api.example, get: /x, expect: [{ path: y }] }\n"
    )
    subject = Subject.of(target("small", "thing", "1.0.0"), registry)
    mirror = Settings({"small": registry}, {"small": RegistrySettings(url="https://mirror.example")})
    assert base_of(subject, mirror, registry.questions[1]) is None
    assert base_of(subject, Settings({"small": registry}), registry.questions[1]) == ResolvedBase(
        "https://api.example", False
    )


class TestGitHub:
    API = declared(f"  base: {{ from: github }}\n{QUESTION}")

    def test_the_api_of_the_workflow_s_own_github(self) -> None:
        environ = {"GITHUB_API_URL": "https://git.example.com/api/v3"}
        assert found(self.API, environ=environ) == ResolvedBase("https://git.example.com/api/v3", own=False)
        assert found(self.API) == ResolvedBase("https://api.github.com", own=False)

    def test_an_address_that_is_none_cannot_be_asked(self) -> None:
        with pytest.raises(UnfitError):
            found(self.API, environ={"GITHUB_API_URL": "nonsense"})


class TestPlacesAndHosts:
    PLACE = declared(f"  base: {{ from: place, name: repository }}\n{QUESTION}")
    HOST = declared(f"  base: {{ from: package-host }}\n{QUESTION}")

    def test_a_target_s_own_place(self) -> None:
        one = target("small", "chart", "1.0.0", places={"repository": "https://charts.example/stable/"})
        assert found(self.PLACE, one) == ResolvedBase("https://charts.example/stable", own=True)

    @pytest.mark.parametrize("places", [{}, {"repository": "file:///etc"}, {"repository": "charts.example"}])
    def test_what_is_no_address_cannot_be_asked(self, places: dict[str, str]) -> None:
        with pytest.raises(UnfitError):
            found(self.PLACE, target("small", "chart", "1.0.0", places=places))

    def test_the_host_in_a_package_s_name(self) -> None:
        assert found(self.HOST, target("small", "ghcr.io/acme/image", "1")) == ResolvedBase(
            "https://ghcr.io", own=False
        )

    @pytest.mark.parametrize("package", ["image", "acme/image", "a@b.example/x", "a b.example/x"])
    def test_a_name_without_a_host_cannot_be_asked(self, package: str) -> None:
        with pytest.raises(UnfitError):
            found(self.HOST, target("small", package, "1"))
