/** `client.users` */

import { GetUserDocument, GetUserListDocument, UpdateUserDocument } from "../generated/client.ts";
import { found, given, type PageParams, succeeded, toPage } from "./calls.ts";
import { type Metadata, type Page, toUser, type User } from "./resources.ts";
import type { Send } from "./send.ts";

export interface UserListParams extends PageParams {
  query?: string | undefined;
  emailAddress?: string[] | undefined;
  externalId?: string[] | undefined;
}

export interface UpdateUserParams {
  firstName?: string | null | undefined;
  lastName?: string | null | undefined;
  imageUrl?: string | null | undefined;
  emailAddress?: string | null | undefined;
  emailVerified?: boolean | undefined;
  createOrganizationEnabled?: boolean | null | undefined;
  createOrganizationsLimit?: number | null | undefined;
  publicMetadata?: Metadata | undefined;
  privateMetadata?: Metadata | undefined;
}

export interface UserMethods {
  getUser(userId: string): Promise<User>;
  getUserList(params?: UserListParams): Promise<Page<User>>;
  /** Metadata that is given replaces what is stored. */
  updateUser(userId: string, params: UpdateUserParams): Promise<User>;
}

export function userMethods(send: Send): UserMethods {
  return {
    async getUser(userId) {
      const { user } = await send(GetUserDocument, { id: userId });
      return toUser(found(user, "user"));
    },
    async getUserList({ limit, after, offset, query, emailAddress, externalId } = {}) {
      const filters = { query, emailAddresses: emailAddress, externalIds: externalId };
      const { users } = await send(GetUserListDocument, {
        first: limit,
        after,
        offset,
        ...filters,
      });
      return toPage(users, toUser);
    },
    async updateUser(userId, params) {
      const { result } = await send(UpdateUserDocument, { input: given({ userId, ...params }) });
      return toUser(found(succeeded(result).user, "user"));
    },
  };
}
