/**
 * Before each file of tests: properties draw the same inputs each time, so that a change is judged and not the draw. TAEL_SEED=n
 * draws others; a failing property prints its seed and path either way.
 */
import { configureGlobal } from "fast-check";

configureGlobal({ seed: Number(process.env.TAEL_SEED ?? 20_261_122) });
