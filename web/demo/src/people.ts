/** The demo people of `tenantry dev`. */
export interface Person {
  readonly email: string;
  readonly name: string;
  readonly about: string;
}

export const PEOPLE: readonly Person[] = [
  {
    email: "ada@example.com",
    name: "Ada",
    about: "Admin of Analytical Engines and of Difference Lab",
  },
  {
    email: "grace@example.com",
    name: "Grace",
    about: "Member of both, without the right to manage people",
  },
  {
    email: "mallory@example.com",
    name: "Mallory",
    about: "Member of nothing, but invited to both",
  },
  {
    email: "dorothy@analytical.example",
    name: "Dorothy",
    about: "Can ask to join by the domain of her address",
  },
];
