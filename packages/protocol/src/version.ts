/** The product's version: the build puts it in from the root package.json. */
declare const __CLAUDINE_VERSION__: string | undefined;

export const version: string = typeof __CLAUDINE_VERSION__ === "string" ? __CLAUDINE_VERSION__ : "0.0.0-source";
