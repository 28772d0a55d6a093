"""Operations on what belongs to the instance: roles, settings, and users."""

from tests.backend_api.steps import Step

PERMISSIONS, ROLES, SETS = "/organization_permissions", "/organization_roles", "/role_sets"
SETTINGS, USERS = "/instance/organization_settings", "/users"
READ, APPROVE = "org:reports:read", "org:reports:approve"
AUDITOR, MANAGE = "org:auditor", "org:sys_profile:manage"
MAPPING = [{"from": "org:auditor", "to": "org:member"}]
NEW = "zoe@example.com"
LONG = {"a": "x" * 9_000}

INSTANCE_STEPS = [
    Step("createPermission", {"key": READ, "name": "Read"}, "POST", PERMISSIONS, {"key": READ, "name": "Read"}, "read"),
    Step("createPermission", {"key": APPROVE, "name": "Approve", "description": "A"}, "POST", PERMISSIONS, {"key": APPROVE, "name": "Approve", "description": "A"}, "approve"),
    Step("createPermission", {"key": READ, "name": "<b>"}, "POST", PERMISSIONS, {"key": READ, "name": "<b>"}),
    Step("createPermission", {"key": "org:sys_a:b", "name": "A"}, "POST", PERMISSIONS, {"key": "org:sys_a:b", "name": "A"}),
    Step("updatePermission", {"key": READ, "name": "See", "description": None}, "PATCH", f"{PERMISSIONS}/{{read}}", {"name": "See", "description": None}),
    Step("updatePermission", {"key": MANAGE, "name": "See"}, "PATCH", f"{PERMISSIONS}/{MANAGE}", {"name": "See"}),
    Step("createRole", {"key": AUDITOR, "name": "Auditor", "permissions": [READ], "addToInitialRoleSet": True}, "POST", ROLES, {"key": AUDITOR, "name": "Auditor", "permissions": ["{read}"], "include_in_initial_role_set": True}, "auditor"),
    Step("createRole", {"key": "auditor", "name": "", "permissions": ["org:a:b"]}, "POST", ROLES, {"key": "auditor", "name": "", "permissions": ["org:a:b"]}),
    Step("updateRole", {"key": AUDITOR, "permissions": [APPROVE, READ]}, "POST", f"{ROLES}/{{auditor}}/permissions/{{approve}}"),
    Step("updateRole", {"key": AUDITOR, "permissions": [READ]}, "DELETE", f"{ROLES}/{{auditor}}/permissions/{{approve}}"),
    Step("updateRole", {"key": AUDITOR, "name": "Inspector", "description": "I"}, "PATCH", f"{ROLES}/{{auditor}}", {"name": "Inspector", "description": "I"}),
    # The last manager's permissions, and those of a creator role.
    Step("updateRole", {"key": "org:admin", "permissions": [MANAGE]}, "PATCH", f"{ROLES}/org:admin", {"permissions": [MANAGE]}),
    Step("deleteRole", {"key": "org:member"}, "DELETE", f"{ROLES}/org:member"),
    Step("deletePermission", {"key": READ}, "DELETE", f"{PERMISSIONS}/{{read}}"),
    Step("createRoleSet", {"name": "Partners", "key": "role_set:partners", "roles": ["org:admin", "org:member"], "defaultRole": "org:member", "creatorRole": "org:admin"}, "POST", SETS, {"name": "Partners", "key": "role_set:partners", "roles": ["org:admin", "org:member"], "default_role_key": "org:member", "creator_role_key": "org:admin"}, "partners"),
    Step("createRoleSet", {"name": "P", "roles": ["org:member"], "defaultRole": "org:admin", "creatorRole": "org:member"}, "POST", SETS, {"name": "P", "roles": ["org:member"], "default_role_key": "org:admin", "creator_role_key": "org:member"}),
    Step("updateRoleSet", {"key": "role_set:partners", "addRoles": [AUDITOR], "defaultRole": AUDITOR}, "POST", f"{SETS}/{{partners}}/roles", {"role_keys": [AUDITOR], "default_role_key": AUDITOR}),
    Step("updateRoleSet", {"key": "role_set:partners", "name": "Resellers"}, "PATCH", f"{SETS}/{{partners}}", {"name": "Resellers"}),
    Step("updateRoleSet", {"key": "role_set:partners", "makeInitial": True}, "PATCH", f"{SETS}/role_set:partners", {"type": "initial"}),
    Step("replaceRoleInRoleSet", {"roleSet": "role_set:partners", "role": AUDITOR, "withRole": AUDITOR}, "POST", f"{SETS}/{{partners}}/roles/replace", {"role_key": AUDITOR, "to_role_key": AUDITOR}),
    Step("replaceRoleInRoleSet", {"roleSet": "role_set:partners", "role": AUDITOR, "withRole": "org:member"}, "POST", f"{SETS}/{{partners}}/roles/replace", {"role_key": AUDITOR, "to_role_key": "org:member"}),
    Step("replaceRoleSet", {"key": "role_set:primary", "withKey": "role_set:none"}, "POST", f"{SETS}/role_set:primary/replace", {"dest_role_set_key": "role_set:none"}),
    Step("replaceRoleSet", {"key": "role_set:primary", "withKey": "role_set:partners", "mappings": MAPPING}, "POST", f"{SETS}/role_set:primary/replace", {"dest_role_set_key": "role_set:partners", "reassignment_mappings": {AUDITOR: "org:member"}}),
    Step("deleteRole", {"key": AUDITOR}, "DELETE", f"{ROLES}/{{auditor}}"),
    Step("deletePermission", {"key": READ}, "DELETE", f"{PERMISSIONS}/{{read}}"),
    Step("updateInstance", {"maxAllowedMemberships": 9, "slugsEnabled": False, "domainsEnrollmentModes": ["AUTOMATIC_SUGGESTION"]}, "PATCH", SETTINGS, {"max_allowed_memberships": 9, "slug_disabled": True, "domains_enrollment_modes": ["automatic_suggestion"]}),
    Step("updateInstance", {"maxAllowedMemberships": -1}, "PATCH", SETTINGS, {"max_allowed_memberships": -1}),
    Step("updateRoleSet", {"key": "role_set:partners", "defaultRole": "org:admin"}, "PATCH", SETTINGS, {"domains_default_role_id": "org:admin"}),
    Step("updateRoleSet", {"key": "role_set:partners", "creatorRole": "org:member"}, "PATCH", SETTINGS, {"creator_role_id": "org:member"}),
    Step("createUser", {"emailAddress": NEW, "emailVerified": True, "firstName": "Zoe", "externalId": "zoe", "privateMetadata": {"a": 1}}, "POST", USERS, {"email_address": [NEW], "first_name": "Zoe", "external_id": "zoe", "private_metadata": {"a": 1}}, "zoe"),
    Step("createUser", {"emailAddress": "no", "externalId": "zoe", "publicMetadata": LONG}, "POST", USERS, {"email_address": ["no"], "email_address_identification_status": ["reserved"], "external_id": "zoe", "public_metadata": LONG}),
    Step("updateUser", {"userId": "{zoe}", "lastName": "Z", "createOrganizationsLimit": 2}, "PATCH", f"{USERS}/{{zoe}}", {"last_name": "Z", "create_organizations_limit": 2}),
    Step("updateUser", {"userId": "{zoe}", "createOrganizationsLimit": -1, "firstName": "<b>"}, "PATCH", f"{USERS}/{{zoe}}", {"create_organizations_limit": -1, "first_name": "<b>"}),
    Step("updateUser", {"userId": "{zoe}", "privateMetadata": {"a": 1, "b": 2}}, "PATCH", f"{USERS}/zoe/metadata", {"private_metadata": {"b": 2}}),
    Step("updateUser", {"userId": "{zoe}", "publicMetadata": LONG}, "PUT", f"{USERS}/{{zoe}}/metadata", {"public_metadata": LONG}),
    Step("updateUser", {"userId": "{zoe}", "emailAddress": "z@example.com", "emailVerified": True}, "PUT", f"{USERS}/{{zoe}}/email_address", {"email_address": "z@example.com"}),
    Step("deleteUser", {"userId": "{zoe}"}, "DELETE", f"{USERS}/{{zoe}}"),
    Step("deleteUser", {"userId": "{zoe}"}, "DELETE", f"{USERS}/{{zoe}}"),
    Step("revokeSession", {"sessionId": "sess_1"}, "POST", "/sessions/sess_1/revoke"),
]  # fmt: skip
