const list = document.getElementById("organizations_list");
try {
  const organizationMemberships = await window.Clerk.getOrganizationMemberships();
  organizationMemberships.map((membership) => {
    const li = document.createElement("li");
    li.textContent = `${membership.organization.name} - ${membership.role}`;
    list.appendChild(li);
  });
} catch (err) {
  console.error(err);
}
