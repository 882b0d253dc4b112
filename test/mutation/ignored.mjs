/** What is not mutated: see README.md. */
import { declareValuePlugin, PluginKind } from "@stryker-mutator/api/plugin";

/** @param {any} path @returns {string} */
const calleeOf = (path) => (path.isCallExpression?.() ? path.get("callee").toString() : "");

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, "assertions", {
    shouldIgnore: (path) =>
      calleeOf(path) === "assert"
        ? "an assertion never fails in a program without faults: without it nothing changes"
        : undefined,
  }),
  declareValuePlugin(PluginKind.Ignore, "log-words", {
    shouldIgnore: (path) =>
      /(^|\.)log\.(debug|info|warn|error)$/.test(calleeOf(path)) ? "what a line of the log says" : undefined,
  }),
];
