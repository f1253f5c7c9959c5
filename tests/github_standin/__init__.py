"""A stand-in for GitHub: a real HTTP server on loopback that serves recorded releases as GitHub's REST API would.

`Standin` is the server, `World` what it knows: `World.of_bundles` takes sample bundles, `synthetic` makes a release of
any size. The API and the storage that log downloads are redirected to are two servers, as they are at GitHub. Faults
are named by path and count (`faults`), and every exchange is kept (`recording`). Its answers are held to GitHub's
OpenAPI description by tests/test_contract.py.
"""

from tests.github_standin.board import Account, Board
from tests.github_standin.faults import Fault
from tests.github_standin.recording import Exchange, Recording
from tests.github_standin.server import Standin
from tests.github_standin.world import World

__all__ = ["Account", "Board", "Exchange", "Fault", "Recording", "Standin", "World"]
