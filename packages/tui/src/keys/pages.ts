/** The pages that keys belong to, as the rows of keys name them. */
import type { Page } from "../keys.ts";

export const everywhere: readonly Page[] = ["list", "log", "help", "output", "groups", "schedules", "host", "events"];
export const tabs: readonly Page[] = ["list", "groups", "schedules", "host", "events"];
export const withTask: readonly Page[] = ["list", "log"];
export const list: readonly Page[] = ["list"];
export const groups: readonly Page[] = ["groups"];
export const away: readonly Page[] = ["log", "help", "output"];
