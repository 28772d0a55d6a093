import { describe, expect, test } from "vitest";
import { signedIn, signedOut } from "../src/callers/auth.ts";
import { judge, settle, toPath } from "../src/callers/guard.ts";
import { readSettings } from "../src/options.ts";
import { CLAIMS, ORGANIZATION, ORIGIN, URL } from "./tokens.ts";

const options = {
  url: URL,
  authorizedParties: [ORIGIN],
  signInUrl: "/sign-in?from=app",
  refreshUrl: "/refresh",
  taskUrls: { "choose-organization": "/choose" },
};
const settings = readSettings(options);
const bare = readSettings({ url: URL, authorizedParties: [ORIGIN] });
const place = { url: "/page?a=b", isNavigation: true, inOrganization: false };
const nobody = signedOut("no-token");
const stale = signedOut("token-expired");
const pending = signedOut("session-pending", "pending");
const admin = signedIn("token", { ...CLAIMS, ...ORGANIZATION } as never);
const outsider = signedIn("token", CLAIMS as never, null);

const to = (path: string) => ({ kind: "redirect", to: path });
const refusal = (status: number) => ({ kind: "refuse", refusal: { status } });

describe("who isn't signed in", () => {
  test("is sent to the page where people sign in, with the way back", () => {
    expect(judge(nobody, {}, place, settings)).toEqual(
      to("/sign-in?from=app&redirect_url=%2Fpage%3Fa%3Db"),
    );
    expect(
      judge(nobody, { unauthenticatedUrl: "https://id.example.com/in" }, place, settings),
    ).toEqual(to("https://id.example.com/in?redirect_url=%2Fpage%3Fa%3Db"));
  });

  test("gets 401 at that page, if it is protected itself", () => {
    const at = (url: string) => judge(nobody, {}, { ...place, url }, settings);

    expect(at("/sign-in?redirect_url=%2F")).toMatchObject(refusal(401));
    expect(at("/sign-in/help")).toMatchObject({ kind: "redirect" });
  });

  test("isn't sent to sign in while sessions can't be verified", () => {
    expect(judge(signedOut("keys-unavailable"), {}, place, settings)).toMatchObject(refusal(503));
  });

  test("gets 401 without such a page, and if no person navigates", () => {
    expect(judge(nobody, {}, place, bare)).toMatchObject(refusal(401));
    expect(judge(nobody, {}, { ...place, isNavigation: false }, settings)).toMatchObject(
      refusal(401),
    );
  });
});

describe("a token that has expired", () => {
  test("is renewed twice in a row at most", () => {
    const at = (url: string) => judge(stale, {}, { ...place, url }, settings);

    expect(at("/page?a=b")).toEqual(
      to("/refresh?redirect_url=%2Fpage%3Fa%3Db%26tenantry_refresh%3D1"),
    );
    expect(at("/page?a=b&tenantry_refresh=1")).toEqual(
      to("/refresh?redirect_url=%2Fpage%3Fa%3Db%26tenantry_refresh%3D2"),
    );
    expect(at("/page?tenantry_refresh=-9")).toEqual(
      to("/refresh?redirect_url=%2Fpage%3Ftenantry_refresh%3D1"),
    );
    expect(at("/page?a=b&tenantry_refresh=2")).toMatchObject({
      to: expect.stringMatching(/^\/sign-in/),
    });
  });

  test("isn't renewed on the page that renews it, where people sign in, and for programs", () => {
    for (const url of ["/refresh?redirect_url=%2F", "/sign-in?redirect_url=%2F"]) {
      expect(settle(stale, { ...place, url }, settings)).toEqual({ kind: "allow" });
    }
    expect(judge(stale, {}, { ...place, isNavigation: false }, settings)).toMatchObject(
      refusal(401),
    );
  });

  test("is renewed at a path that another host signs people in at", () => {
    const at = (signInUrl: string) =>
      settle(stale, { ...place, url: "/in" }, { ...settings, signInUrl });

    expect(at("https://id.example.com/in")).toMatchObject({ kind: "redirect" });
    expect(at(`${ORIGIN}/in`)).toEqual({ kind: "allow" });
  });

  test("leaves no trace in the address when it is renewed", () => {
    expect(settle(admin, { ...place, url: "/page?tenantry_refresh=1&a=b" }, settings)).toEqual(
      to("/page?a=b"),
    );
    expect(settle(admin, place, settings)).toEqual({ kind: "allow" });
  });
});

describe("a pending session", () => {
  test("leads to its task, and never to the page where people sign in", () => {
    expect(judge(pending, {}, place, settings)).toEqual(to("/choose?redirect_url=%2Fpage%3Fa%3Db"));
    expect(settle(pending, { ...place, url: "/choose" }, settings)).toEqual({ kind: "allow" });
    expect(judge(pending, {}, place, { ...settings, taskUrl: null })).toMatchObject(refusal(403));
  });
});

describe("who is signed in", () => {
  test("needs everything that is asked for", () => {
    expect(judge(admin, { role: "org:admin" }, place, settings)).toEqual({ kind: "allow" });
    expect(judge(admin, {}, place, settings)).toEqual({ kind: "allow" });
    expect(judge(admin, { role: "org:member" }, place, settings)).toMatchObject(refusal(403));
    expect(judge(admin, { role: "org:member", unauthorizedUrl: "/away" }, place, settings)).toEqual(
      to("/away"),
    );
    const away = { ...place, url: "/away?a=b" };
    expect(
      judge(admin, { role: "org:member", unauthorizedUrl: "/away" }, away, settings),
    ).toMatchObject(refusal(403));
    const program = { ...place, isNavigation: false };
    expect(
      judge(admin, { role: "org:member", unauthorizedUrl: "/away" }, program, settings),
    ).toMatchObject(refusal(403));
  });

  test("finds no organization without being a member", () => {
    const inside = { ...place, inOrganization: true };

    expect(judge(outsider, {}, place, settings)).toEqual({ kind: "allow" });
    expect(judge(outsider, {}, inside, settings)).toMatchObject(refusal(404));
    expect(judge(outsider, { role: "org:admin" }, inside, settings)).toMatchObject(refusal(404));
  });
});

test.each([
  ["/page?a=b#c", "/page?a=b"],
  ["//evil.example.com/x", "/x"],
  ["/\\evil.example.com", "/"],
  ["https://evil.example.com//other.example.com/x", "/other.example.com/x"],
  ["javascript:alert(1)", "/alert(1)"],
  ["//", "/"],
])("the way back from %j stays in the application", (url, path) => {
  expect(toPath(url)).toBe(path);
  expect(new globalThis.URL(toPath(url), ORIGIN).origin).toBe(ORIGIN);
});
