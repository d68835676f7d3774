"""`python -m tools.release.grants`: give each function's database user the role that its manifest asks for, and no other.

Run after the migrations, by the account that owns the schema: the roles are made there, and users cannot be given a
role that does not exist yet. `DB_READERS` and `DB_WRITERS` list the users; terraform/migrations.tf derives them.
"""

import sys
from collections.abc import Iterable, Mapping
from contextlib import closing

from shared.core.errors import PrismError
from shared.core.settings import DatabaseSettings, Settings

ROLES = {"DB_READERS": "cryptoprism_reader", "DB_WRITERS": "cryptoprism_writer"}


def statements(wanted: Mapping[str, Iterable[str]], held: Iterable[tuple[str, str]]) -> list[str]:
    """Return the statements that turn the memberships that are held into those that are wanted.

    Args:
        wanted: Users by role.
        held: Pairs of role and user.
    """
    should = {(role, user) for role, users in wanted.items() for user in users}
    have = set(held)
    named = {user for _, user in should}
    # Only of users that are listed: what an operator granted to a person stays.
    revoked = sorted((role, user) for role, user in have - should if user in named)
    granted = sorted(should - have)
    return [
        *(f"REVOKE {_quoted(role)} FROM {_quoted(user)}" for role, user in revoked),
        *(f"GRANT {_quoted(role)} TO {_quoted(user)}" for role, user in granted),
    ]


def apply(settings: DatabaseSettings, wanted: Mapping[str, Iterable[str]]) -> list[str]:
    """Make the memberships what is wanted; return the statements that it took.

    Raises:
        DatabaseUnavailableError: PostgreSQL does not answer.
    """
    from shared.db.connections import Connections, SessionLimits
    from shared.db.failures import translated

    connections = Connections(settings, SessionLimits(read_only=False, statement_within=None))
    with closing(connections), translated(), closing(connections.open()) as connection:
        cursor = connection.cursor()
        cursor.execute(_HELD, (list(wanted),))
        needed = statements(wanted, [(str(role), str(user)) for role, user in cursor.fetchall()])
        for statement in needed:
            cursor.execute(statement)
        connection.commit()
    return needed


_HELD = """
SELECT role.rolname, member.rolname
FROM pg_auth_members
JOIN pg_roles AS role ON role.oid = roleid
JOIN pg_roles AS member ON member.oid = pg_auth_members.member
WHERE role.rolname = ANY(CAST(%s AS text[]))
"""


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def main() -> int:
    """Grant what the environment lists; return the exit status."""
    try:
        settings = Settings.from_environment()
        wanted = {role: _listed(settings, name) for name, role in ROLES.items()}
        for statement in apply(settings.required_database(), wanted):
            sys.stdout.write(f"{statement}\n")
    except PrismError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _listed(settings: Settings, name: str) -> list[str]:
    return [user for user in settings.environment.get(name, "").split(",") if user]


if __name__ == "__main__":
    sys.exit(main())
