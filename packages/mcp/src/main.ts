/** What `claudine mcp` loads: the server, and its registration with the tools that use it. */
export { serve, type ServeOptions } from "./serve.ts";
export { install, type Installed, type InstallOptions } from "./install/install.ts";
