// Lists all organization the user is a member of.
// Each entry can be a link to a page to manage organization
// members.

// If you create a new Organization, this list will update automatically.
import { useOrganizationList } from "@tenantry/react/legacy";

const OrganizationList = () => {
const { organizationList, isLoaded } = useOrganizationList();

if (!isLoaded) {
// Any loading state
return null;
}

return (
<div>
<h2>Your organizations</h2>
{organizationList.length === 0 ? (
<div>You do not belong to any organizations yet.</div>
) : (
<ul>
{organizationList.map(({ organization }) => (
<li key={organization.id}>
<a href={`/organizations/${organization.id}`}>{organization.name}</a>
</li>
))}
</ul>
)}
</div>
);
};

export default OrganizationList;
