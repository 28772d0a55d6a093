const form = document.getElementById("new_organization");
form.addEventListener('submit', async function(e) {
  e.preventDefault();
  const inputEl = form.getElementsByTagName("input")[0];
  if (!inputEl) {
    return;
  }
  try {
    await window.Clerk.createOrganization({ name: inputEl.value });
  } catch (err) {
    console.error(err);
  }
});
