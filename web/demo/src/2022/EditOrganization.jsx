import { useState, useEffect } from "react";
import { useOrganizations } from "@tenantry/react/legacy";
import { router } from "../router.ts";

export default function EditOrganization({ organizationId }) {
const [organization, setOrganization] = useState(null);
const [name, setName] = useState("");

const { getOrganization } = useOrganizations();

useEffect(() => {
async function fetchOrganization() {
try {
const org = await getOrganization(organizationId);
setOrganization(org);
} catch (err) {
console.log(err);
}
}

fetchOrganization();
}, [organizationId, getOrganization]);

useEffect(() => {
if (!organization) {
return;
}
setName(organization.name);
}, [organization]);

async function submit(e) {
e.preventDefault();
try {
await organization.update({ name });
router.push(`/organizations/${organization.id}`);
} catch (err) {
console.error(err);
}
}

if (!organization) {
return null;
}

return (
<div>
<h2>Edit organization</h2>
<form onSubmit={submit}>
<div>
<label>Name</label>
<br />
<input
name="name"
value={name}
onChange={(e) => setName(e.target.value)}
/>
</div>
<button>Save</button>
</form>
</div>
);
}
