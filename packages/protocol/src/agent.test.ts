/** What is asked of an agent, as it comes from a caller. */
import { expect, test } from "vitest";
import { AgentWish } from "./agent.ts";

const wish = (vars: string) => AgentWish.safeParse(JSON.parse(`{"template":"t","vars":${vars}}`));

test("no variable is dropped, whatever its name", () => {
  const names = ["__proto__", "constructor", "branch"];
  const { data } = wish(`{${names.map((name) => `"${name}":"1"`).join(",")}}`);
  expect(Object.entries(data?.vars ?? {})).toEqual(names.map((name) => [name, "1"]));
});

test.for(['{"__proto__":{}}', '{"__proto__":1}', '{"a":1}', `{"${"a".repeat(101)}":"1"}`, "[]", '"a"', "null"])(
  "%s are no variables",
  (vars) => {
    expect(wish(vars).success).toBe(false);
  },
);
