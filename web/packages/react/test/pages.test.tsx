// @vitest-environment happy-dom
import { describe, expect, test } from "vitest";
import { useOrganization } from "../src/hooks/useOrganization.ts";
import { FakeTenantry, membership, organization, pagesOf, signedIn } from "./fake.ts";
import { eventually, render, renderHook } from "./render.tsx";

const FIVE = ["a", "b", "c", "d", "e"].map((id) => membership({ id }));

function engines(rows: () => readonly { readonly id: string }[] = () => FIVE) {
  const getMemberships = pagesOf(rows as () => typeof FIVE);
  return { getMemberships, active: organization({ getMemberships }) };
}

const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id).join("");

describe("numbered pages", () => {
  test("without a parameter, no list is read (check 23)", async () => {
    const { active, getMemberships } = engines();
    const hook = renderHook(new FakeTenantry(signedIn({ organization: active })), () =>
      useOrganization(),
    );

    expect(hook.current.organization).toBe(active);
    expect(hook.current.memberships).toMatchObject({ data: [], count: 0, isLoading: false });
    expect(getMemberships).not.toHaveBeenCalled();
  });

  test("go forward, back, and to a number, and stop at both ends (check 24)", async () => {
    const { active } = engines();
    const hook = renderHook(new FakeTenantry(signedIn({ organization: active })), () =>
      useOrganization({ memberships: { pageSize: 2 } }),
    );
    const list = () => hook.current.memberships;
    expect(list()).toMatchObject({ isLoading: true, data: [], page: 1, hasNextPage: false });

    await eventually(() => expect(idsOf(list().data)).toBe("ab"));
    expect(list()).toMatchObject({ count: 5, pageCount: 3, hasPreviousPage: false });

    list().fetchNext();
    await eventually(() => expect(idsOf(list().data)).toBe("cd"));
    expect(list()).toMatchObject({ page: 2, hasNextPage: true, hasPreviousPage: true });

    list().fetchPage(3);
    await eventually(() => expect(idsOf(list().data)).toBe("e"));
    list().fetchNext();
    list().fetchPage(99);
    expect(list()).toMatchObject({ page: 3, hasNextPage: false });

    list().fetchPage((page) => page - 1);
    list().fetchPrevious();
    await eventually(() => expect(list().page).toBe(1));
    list().fetchPage(-4);
    list().fetchPrevious();
    await eventually(() => expect(idsOf(list().data)).toBe("ab"));
    expect(list().page).toBe(1);
  });

  test("count pages from the initial one, and follow another size (check 26)", async () => {
    const { active, getMemberships } = engines();
    const hook = renderHook(new FakeTenantry(signedIn({ organization: active })), () =>
      useOrganization({ memberships: { pageSize: 2, initialPage: 2 } }),
    );
    const list = () => hook.current.memberships;
    await eventually(() => expect(idsOf(list().data)).toBe("cd"));
    expect(list()).toMatchObject({ page: 2, pageCount: 2, hasPreviousPage: true });
    expect(getMemberships).toHaveBeenLastCalledWith({ pageSize: 2, offset: 2 });

    hook.rerender(() => useOrganization({ memberships: { pageSize: 3, initialPage: 2 } }));
    await eventually(() => expect(idsOf(list().data)).toBe("de"));
    expect(list()).toMatchObject({ page: 2, count: 5 });
  });

  test("show the rows before only if the page asks for it (check 27)", async () => {
    for (const keepPreviousData of [false, true]) {
      const { active } = engines();
      const hook = renderHook(new FakeTenantry(signedIn({ organization: active })), () =>
        useOrganization({ memberships: { pageSize: 2, keepPreviousData } }),
      );
      const list = () => hook.current.memberships;
      await eventually(() => expect(idsOf(list().data)).toBe("ab"));
      list().fetchNext();
      await eventually(() => expect(idsOf(list().data)).toBe("cd"));

      const between = hook.all.filter(({ memberships }) => memberships.page === 2);
      const shown = between.map(({ memberships }) => idsOf(memberships.data));
      expect([...new Set(shown)]).toEqual(keepPreviousData ? ["ab", "cd"] : ["", "cd"]);
      expect(between.every(({ memberships }) => memberships.count === 5)).toBe(true);
    }
  });

  test("move to the last page when theirs is gone", async () => {
    let rows = FIVE;
    const { active } = engines(() => rows);
    const fake = new FakeTenantry(signedIn({ organization: active }));
    const hook = renderHook(fake, () =>
      useOrganization({ memberships: { pageSize: 2, initialPage: 3 } }),
    );
    const list = () => hook.current.memberships;
    await eventually(() => expect(idsOf(list().data)).toBe("e"));

    rows = FIVE.slice(0, 4);
    fake.tell("invalidate", [{ list: "memberships", organizationId: active.id }]);
    await eventually(() => expect(idsOf(list().data)).toBe("cd"));
    expect(list()).toMatchObject({ page: 2, count: 4 });
  });

  test("never show rows of another organization (check 21)", async () => {
    for (const keepPreviousData of [false, true]) {
      const first = engines();
      const others = [membership({ id: "x" }), membership({ id: "y" }), membership({ id: "z" })];
      const second = organization({
        id: "org_difference",
        slug: "difference",
        getMemberships: pagesOf(() => others),
      });
      const fake = new FakeTenantry(signedIn({ organization: first.active }));
      const hook = renderHook(fake, () =>
        useOrganization({ memberships: { pageSize: 2, keepPreviousData } }),
      );
      const list = () => hook.current.memberships;
      await eventually(() => expect(idsOf(list().data)).toBe("ab"));

      // The rows before are a placeholder when the switch comes.
      list().fetchNext();
      fake.set(signedIn({ organization: second }));
      await eventually(() => expect(idsOf(list().data)).toBe("xy"));
      list().fetchNext();
      await eventually(() => expect(idsOf(list().data)).toBe("z"));

      const wrong = hook.all.filter(
        (at) => at.organization?.id === second.id && /[abcde]/.test(idsOf(at.memberships.data)),
      );
      expect(wrong).toEqual([]);
    }
  });

  test("keep rows and counts when a page fails, and say why", async () => {
    const { active, getMemberships } = engines();
    const fake = new FakeTenantry(signedIn({ organization: active }));
    const hook = renderHook(fake, () => useOrganization({ memberships: { pageSize: 2 } }));
    const list = () => hook.current.memberships;
    await eventually(() => expect(idsOf(list().data)).toBe("ab"));

    const refusal = new Error("You can't read the members.");
    getMemberships.mockRejectedValueOnce(refusal);
    await list().revalidate();
    await eventually(() => expect(list().error).toBe(refusal));
    expect(list()).toMatchObject({ isError: true, count: 5, isLoading: false });
    expect(idsOf(list().data)).toBe("ab");

    getMemberships.mockRejectedValueOnce(refusal);
    list().fetchNext();
    await eventually(() => expect(list()).toMatchObject({ page: 2, isError: true }));
    expect(list()).toMatchObject({ count: 5, pageCount: 3, hasNextPage: true, isLoading: false });
  });
});

test("a component that is shown after a failure doesn't read again at once", async () => {
  const { active, getMemberships } = engines();
  getMemberships.mockRejectedValue(new Error("You can't read the members."));
  const params = { memberships: { pageSize: 2 } };
  const seen: boolean[] = [];
  function Inner() {
    return String(useOrganization(params).memberships.isError);
  }
  function Outer() {
    const { isError } = useOrganization(params).memberships;
    seen.push(isError);
    return isError ? <Inner /> : null;
  }
  const page = render(new FakeTenantry(signedIn({ organization: active })), <Outer />);

  await eventually(() => expect(page.textContent).toBe("true"));
  await new Promise((resolve) => setTimeout(resolve));
  expect(seen.slice(seen.indexOf(true))).not.toContain(false);
  expect(getMemberships).toHaveBeenCalledTimes(1);
});

describe("infinite pages", () => {
  test("append, and load up to a number (check 25)", async () => {
    const { active, getMemberships } = engines();
    const hook = renderHook(new FakeTenantry(signedIn({ organization: active })), () =>
      useOrganization({ memberships: { pageSize: 2, infinite: true } }),
    );
    const list = () => hook.current.memberships;
    await eventually(() => expect(idsOf(list().data)).toBe("ab"));
    list().fetchNext();
    list().fetchNext();
    await eventually(() => expect(idsOf(list().data)).toBe("abcd"));
    expect(list()).toMatchObject({ page: 2, hasNextPage: true, hasPreviousPage: false });
    expect(getMemberships).toHaveBeenLastCalledWith({ pageSize: 2, after: "b" });

    list().fetchPage(9);
    await eventually(() => expect(idsOf(list().data)).toBe("abcde"));
    expect(list()).toMatchObject({ page: 3, hasNextPage: false, count: 5 });
    expect(getMemberships).toHaveBeenCalledTimes(3);
  });

  test("load what is before the initial page", async () => {
    const { active } = engines();
    const hook = renderHook(new FakeTenantry(signedIn({ organization: active })), () =>
      useOrganization({ memberships: { pageSize: 2, infinite: true, initialPage: 2 } }),
    );
    const list = () => hook.current.memberships;
    await eventually(() => expect(idsOf(list().data)).toBe("cd"));
    expect(list()).toMatchObject({ hasPreviousPage: true, pageCount: 2 });
    list().fetchPrevious();
    await eventually(() => expect(idsOf(list().data)).toBe("abcd"));
    expect(list().hasPreviousPage).toBe(false);
  });

  test("leave no double and no gap when a member goes (check 25)", async () => {
    let rows = FIVE;
    const { active } = engines(() => rows);
    const fake = new FakeTenantry(signedIn({ organization: active }));
    const hook = renderHook(fake, () =>
      useOrganization({ memberships: { pageSize: 2, infinite: true } }),
    );
    const list = () => hook.current.memberships;
    await eventually(() => expect(idsOf(list().data)).toBe("ab"));
    list().fetchNext();
    await eventually(() => expect(idsOf(list().data)).toBe("abcd"));

    rows = FIVE.filter(({ id }) => id !== "b");
    fake.tell("invalidate", [{ list: "memberships", organizationId: active.id }]);
    list().fetchNext();
    await eventually(() => expect(idsOf(list().data)).toBe("acde"));
    expect(list().count).toBe(4);
  });
});

test("functions and rows keep their identity (check 30)", async () => {
  const copies = () => FIVE.map((row) => ({ ...row }));
  const { active } = engines(copies);
  const fake = new FakeTenantry(signedIn({ organization: active }));
  const hook = renderHook(fake, () => useOrganization({ memberships: { pageSize: 2 } }));
  const list = () => hook.current.memberships;
  await eventually(() => expect(idsOf(list().data)).toBe("ab"));
  const rows = list().data;
  await list().revalidate();
  await eventually(() => expect(list().isFetching).toBe(false));
  expect(list().data).toBe(rows);

  const names = ["fetchPage", "fetchNext", "fetchPrevious", "revalidate", "setData"] as const;
  for (const name of names) {
    expect(new Set(hook.all.map(({ memberships }) => memberships[name])).size).toBe(1);
  }
});

test("setData changes rows and counts, and revalidate reads them again (check 29)", async () => {
  const { active } = engines();
  const fake = new FakeTenantry(signedIn({ organization: active }));
  const hook = renderHook(fake, () => useOrganization({ memberships: { pageSize: 2 } }));
  const list = () => hook.current.memberships;
  await eventually(() => expect(idsOf(list().data)).toBe("ab"));

  list().setData((rows) => rows.filter(({ id }) => id !== "a"));
  await eventually(() => expect(idsOf(list().data)).toBe("b"));
  expect(list().count).toBe(4);
  await list().revalidate();
  await eventually(() => expect(idsOf(list().data)).toBe("ab"));
  expect(list().count).toBe(5);
});

test("filters reach the server, and start again at the first page (check 28)", async () => {
  const { active, getMemberships } = engines();
  const fake = new FakeTenantry(signedIn({ organization: active }));
  const hook = renderHook(fake, () => useOrganization({ memberships: { pageSize: 2 } }));
  await eventually(() => expect(hook.current.memberships.count).toBe(5));
  hook.current.memberships.fetchPage(3);
  await eventually(() => expect(idsOf(hook.current.memberships.data)).toBe("e"));

  hook.rerender(() =>
    useOrganization({ memberships: { pageSize: 2, query: "ada", role: "org:admin" } }),
  );
  await eventually(() => expect(hook.current.memberships.isLoading).toBe(false));
  expect(hook.current.memberships.page).toBe(1);
  expect(getMemberships).toHaveBeenLastCalledWith({
    pageSize: 2,
    query: "ada",
    role: ["org:admin"],
  });
});

test("no request asks for more rows than the server answers (check 32)", async () => {
  const { active, getMemberships } = engines();
  const fake = new FakeTenantry(signedIn({ organization: active }));
  const sizes = [
    [1000, 100],
    [0, 1],
    [Number.NaN, 1],
    [2.7, 2],
  ] as const;
  for (const [pageSize, asked] of sizes) {
    renderHook(fake, () => useOrganization({ memberships: { pageSize } }));
    await eventually(() => expect(getMemberships).toHaveBeenLastCalledWith({ pageSize: asked }));
  }
});

test("a list that nobody may read yet counts as loading", async () => {
  const getMemberships = pagesOf(() => FIVE);
  const fake = new FakeTenantry({
    ...signedIn(),
    status: "loading",
    isLoaded: false,
    user: null,
    organization: null,
  });
  const hook = renderHook(fake, () => useOrganization({ memberships: true }));
  expect(hook.current).toMatchObject({
    isLoaded: false,
    memberships: { isLoading: true, data: [] },
  });

  fake.set(signedIn({ organization: organization({ getMemberships }) }));
  await eventually(() => expect(hook.current.memberships.data).toHaveLength(5));
  expect(
    hook.all.some(
      ({ isLoaded, memberships }) =>
        isLoaded && !memberships.isLoading && memberships.data.length === 0,
    ),
  ).toBe(false);
});
