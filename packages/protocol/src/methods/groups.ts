/** Methods about groups and slots. */
import * as z from "zod";
import { GroupBudgetParts } from "../budget.ts";
import { Group, Total } from "../host.ts";
import { Empty, GroupName } from "../params.ts";
import { method } from "./method.ts";

export const GROUPS_METHODS = {
  "group.list": method(
    "The groups with their slots and counts.",
    Empty,
    z.object({ groups: z.array(Group), total: Total }),
  ),
  "group.set": method(
    "Sets how many slots a group has, whether anything of it starts, and its budget; makes the group if there is none.",
    z.strictObject({
      name: GroupName.default("default"),
      slots: z.int().min(1).max(100_000).nullable().optional().describe("Null: as the configuration says"),
      paused: z.boolean().optional(),
      budget: GroupBudgetParts.nullable()
        .optional()
        .describe(
          "What its agents' tasks may spend together: what is not said stays, null takes it or a part of it away",
        ),
    }),
    Group,
  ),
  "group.limit": method(
    "Sets how many slots all groups together may use.",
    z.strictObject({ slots: z.int().min(1).max(100_000).nullable().describe("Null: as the configuration says") }),
    Total,
  ),
  "group.remove": method("Forgets a group that has no unfinished tasks.", z.strictObject({ name: GroupName }), Empty),
} as const;
