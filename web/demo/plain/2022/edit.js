async function init() {
  // This is the current organization ID.
  const organizationId = new URLSearchParams(location.search).get("organization");
  const organizationMemberships = await window.Clerk.getOrganizationMemberships()
  const currentMembership = organizationMemberships.find(membership =>
    membership.organization.id === organizationId);
  const currentOrganization = currentMembership.organization;

  if (!currentOrganization) {
    return;
  }

  editOrganization(currentOrganization);
}

async function editOrganization(organization) {
  const form = document.getElementById("edit_organization");
  const inputEl = form.getElementsByTagName("input")[0];
  if (inputEl) {
    inputEl.value = organization.name;
  }

  form.addEventListener('submit', async function(e) {
    e.preventDefault();
    const inputEl = form.getElementsByTagName("input")[0];
    if (!inputEl) {
      return;
    }
    try {
      await organization.update({ name: inputEl.value });
    } catch (err) {
      console.error(err);
    }
  });
}

init();
