import zipfile
from pathlib import Path

import pytest

from auditor.diagnose import side_by_side
from auditor.diagnose.explain import Explainer
from auditor.diagnose.side_by_side import explain_zip
from auditor.logs.archive import RunLogs
from auditor.rulebook.book import Rulebook
from tests.logtext import JobLog


@pytest.fixture
def run_logs(tmp_path: Path) -> Path:
    good = JobLog().run("Build", "make", ["done"]).text()
    bad = JobLog().run("Publish", "npm publish", ["npm error code E401"], "failure").text()
    path = tmp_path / "logs.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, text in enumerate([good, bad, good * 3]):
            archive.writestr(f"{number}_job {number}.txt", text)
    return path


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # pytest's own threads, and fork
def test_several_processes_give_the_answer_of_one(
    small_book: Rulebook, run_logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    explainer = Explainer(small_book)
    alone = explainer.explain_archive(RunLogs.open(run_logs), "logs.zip")
    assert alone.rule == "npm/unauthorized"
    monkeypatch.setattr(Explainer, "explain_archive", lambda *_: pytest.fail("the processes gave no answer"))
    assert explain_zip(explainer, run_logs, "logs.zip", worth_it=1) == alone


def test_where_processes_cannot_be_had_the_answer_is_the_same(
    small_book: Rulebook, run_logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError("no semaphores here")

    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.setattr(side_by_side, "ProcessPoolExecutor", refused)
    explainer = Explainer(small_book)
    alone = explainer.explain_archive(RunLogs.open(run_logs), "logs.zip")
    assert explain_zip(explainer, run_logs, "logs.zip", worth_it=1) == alone
