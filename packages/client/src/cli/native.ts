/** The entry of the compiled client: what is to be otherwise under Bun, and then the command line as it is. */
import { keepPipesWaiting } from "./waiting-pipes.ts";

keepPipesWaiting();
void import("./main.ts");
