"""The helpdesk of two brands: the settings of the example, with a second policy."""

from helpdesk_site.settings import *  # noqa: F403
from helpdesk_site.settings import BASE_DIR, CARELINE

GLOBEX = """
brand.name = "Globex"
accounts = [{ id = "globex-x", network = "x", native_id = "2002", handle = "@globex" }]
agents = [{ id = "noah" }]
"""

CARELINE = {
    "store": CARELINE["store"],
    "endpoints": CARELINE["endpoints"],
    "tenants": {"acme": str(BASE_DIR / "policy.toml"), "globex": {"text": GLOBEX}},
}
