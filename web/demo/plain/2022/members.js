async function renderMemberships(organization, isAdmin) {
  const list = document.getElementById("memberships_list");
  try {
    const memberships = await organization.getMembers();
    memberships.map((membership) => {
      const li = document.createElement("li");
      li.textContent = `${membership.identifier} - ${membership.role}`;

      // Add administrative actions; update role and remove member.
      if (isAdmin) {
        const updateBtn = document.createElement("button");
        updateBtn.textContent = "Change role";
        updateBtn.addEventListener("click", async function(e) {
          e.preventDefault();
          const role = membership.role === "admin" ?
            "basic_member" :
            "admin";
          await membership.update({ role });
        });
        li.appendChild(updateBtn);

        const removeBtn = document.createElement("button");
        removeBtn.textContent = "Remove";
        removeBtn.addEventListener("click", async function(e) {
          e.preventDefault();
          await organization.removeMember(membership.userId);
        });
        li.appendChild(removeBtn);
      }

      // Add the entry to the list
      list.appendChild(li);
    });
  } catch (err) {
    console.error(err);
  }
}

async function renderInvitations(organization, isAdmin) {
  const list = document.getElementById("invitations_list");
  try {
    const invitations = await organization.getPendingInvitations();
    invitations.map((invitation) => {
      const li = document.createElement("li");
      li.textContent = `${invitation.emailAddress} - ${invitation.role}`;

      // Add administrative actions; revoke invitation
      if (isAdmin) {
        const revokeBtn = document.createElement("button");
        revokeBtn.textContent = "Revoke";
        revokeBtn.addEventListener("click", async function(e) {
          e.preventDefault();
          await invitation.revoke();
        });
        li.appendChild(revokeBtn);
      }
      // Add the entry to the list
      list.appendChild(li);
    });
  } catch (err) {
    console.error(err);
  }
}

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
  const isAdmin = currentMembership.role === "admin";

  renderMemberships(currentOrganization, isAdmin);
  renderInvitations(currentOrganization, isAdmin);

  if (isAdmin) {
    const form = document.getElementById("new_invitation");
    form.addEventListener("submit", async function(e) {
      e.preventDefault();
      const inputEl = form.getElementsByTagName("input")[0];
      if (!inputEl) {
        return;
      }

      try {
        await currentOrganization.inviteMember({
          emailAddress: inputEl.value,
          role: "basic_member",
        });
      } catch (err) {
        console.error(err);
      }
    });
  }
}

init();
