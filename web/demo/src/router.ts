/** What the pages of 2022 expect of a router: it changes the address, and tells the page. */
export const router = {
  push(to: string): void {
    history.pushState(null, "", to);
    dispatchEvent(new PopStateEvent("popstate"));
  },
};
