/** The time zone in which a task's tool tells times: that of whoever submitted it, who may live elsewhere than the daemon. */

export function zoneOf({ TZ = "" }: Readonly<Record<string, string>>): string {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const named = TZ.replace(/^:/, "");
  if (named === "") return own;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: named }).resolvedOptions().timeZone;
  } catch {
    // A rule like `CET-1CEST`, or a path.
    return own;
  }
}
