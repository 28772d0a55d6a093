// Users, whose sign-in is not ours: without passwords, phone numbers, and user names.
import assert from "node:assert/strict";
import { expect, expectPage, type Here, kindOf, refused, type Rows } from "./support.ts";

export async function users(here: Here): Promise<Rows> {
  const { users } = here.clerk;
  const address = `katherine@${here.label}.example.org`;
  const externalId = `app-${here.label}`;
  let id = "";

  return {
    "users.createUser": async () => {
      const made = await users.createUser({
        emailAddress: [address],
        externalId,
        firstName: "Katherine",
        lastName: "Johnson",
        publicMetadata: { camelCase: 1 },
        privateMetadata: { snake_case: 2 },
      });
      expect(made, "User", {
        firstName: "Katherine",
        lastName: "Johnson",
        fullName: "Katherine Johnson",
        externalId,
        username: null,
        passwordEnabled: false,
        banned: false,
        publicMetadata: { camelCase: 1 },
        privateMetadata: { snake_case: 2 },
        unsafeMetadata: {},
        phoneNumbers: [],
      });
      const primary = expect(made.primaryEmailAddress ?? assert.fail("no address"), "EmailAddress", { emailAddress: address });
      assert.match(primary.id, /^idn_/);
      assert.equal(primary.verification?.status, "verified");
      id = made.id;
      await refused(users.createUser({ emailAddress: [address], externalId }), 422, "form_identifier_exists", { paramName: "external_id" });
      for (const unknown of [{ password: "secret123" }, { phoneNumber: ["+491"] }, { username: "kat" }, { unsafeMetadata: { a: 1 } }]) {
        const input = { emailAddress: [`new-${address}`], ...unknown };
        await refused(users.createUser(input), 422, "form_param_unknown");
      }
      await refused(users.createUser({ firstName: "Nobody" }), 422, "form_param_missing", { paramName: "email_address" });
    },

    "users.getUser": async () => {
      expect(await users.getUser(id), "User", { id, firstName: "Katherine" });
      // The application's own ID leads to the user as well.
      expect(await users.getUser(externalId), "User", { id });
      await refused(users.getUser("user_none"), 404, "resource_not_found");
    },

    "users.getUserList": async () => {
      for (const filter of [{ emailAddress: [address] }, { userId: [id] }, { externalId: [externalId] }, { query: "katherine j" }]) {
        const page = await users.getUserList({ ...filter, limit: 500 });
        assert.ok(expectPage(page, "User").some((user) => user.id === id), JSON.stringify(filter));
      }
      const one = await users.getUserList({ limit: 1, offset: 1, orderBy: "+created_at" });
      assert.equal(one.data.length, 1);
      assert.ok(one.totalCount > 1);
      const none = await users.getUserList({ phoneNumber: ["+491234"] });
      assert.deepEqual([none.data, none.totalCount], [[], 0]);
      await refused(users.getUserList({ limit: 501 }), 422, "form_param_value_too_large", { paramName: "limit" });
    },

    "users.getCount": async () => {
      assert.equal(await users.getCount({ emailAddress: [address] }), 1);
      assert.ok((await users.getCount()) > 1);
    },

    "users.updateUser": async () => {
      const updated = await users.updateUser(id, { firstName: "Kate", createOrganizationEnabled: false, createOrganizationsLimit: 3, publicMetadata: { replaced: true } });
      expect(updated, "User", { firstName: "Kate", lastName: "Johnson", publicMetadata: { replaced: true }, privateMetadata: { snake_case: 2 } });
      assert.deepEqual([updated.createOrganizationEnabled, updated.createOrganizationsLimit], [false, 3]);
      await refused(users.updateUser(id, { password: "secret123" }), 422, "form_param_unknown", { paramName: "password" });
      await refused(users.updateUser("user_none", { firstName: "X" }), 404, "resource_not_found");
    },

    "users.updateUserMetadata": async () => {
      const merged = await users.updateUserMetadata(id, { publicMetadata: { deep: { a: 1 } } });
      expect(merged, "User", { publicMetadata: { replaced: true, deep: { a: 1 } } });
      await refused(users.updateUserMetadata(id, { unsafeMetadata: { a: 1 } }), 422, "form_param_unknown", { paramName: "unsafe_metadata" });
    },

    "users.replaceUserMetadata": async () => {
      const replaced = await users.replaceUserMetadata(id, { privateMetadata: { only: 1 } });
      expect(replaced, "User", { privateMetadata: { only: 1 }, publicMetadata: { replaced: true, deep: { a: 1 } } });
      await refused(users.replaceUserMetadata("user_none", { publicMetadata: {} }), 404, "resource_not_found");
    },

    "users.replaceUserEmailAddress": async () => {
      const emailAddress = `new-${address}`;
      const made = await users.replaceUserEmailAddress(id, { emailAddress });
      expect(made, "EmailAddress", { emailAddress });
      const read = await users.getUser(id);
      assert.deepEqual(read.emailAddresses.map((one) => one.emailAddress), [emailAddress]);
      await refused(users.replaceUserEmailAddress(id, { emailAddress: "none" }), 422, "form_param_format_invalid", { paramName: "email_address" });
    },

    "users.deleteUser": async () => {
      const gone: unknown = await users.deleteUser(id);
      assert.equal(kindOf(gone), "DeletedObject");
      assert.deepEqual({ ...(gone as object) }, { object: "user", id, slug: null, deleted: true });
      await refused(users.deleteUser(id), 404, "resource_not_found");
    },
  };
}
