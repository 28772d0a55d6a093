import type { EventFieldsFragment } from "../generated/live.ts";
import type { TenantryEvent } from "../types/events.ts";

export function toEvent(event: EventFieldsFragment): TenantryEvent {
  const { id, cursor, type, name, organizationId, actor, data, occurredAt } = event;
  return { id, cursor, type, name, organizationId, actor, data, occurredAt: new Date(occurredAt) };
}
