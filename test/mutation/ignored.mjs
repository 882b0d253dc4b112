/** What is not mutated: see README.md. */
import { declareValuePlugin, PluginKind } from "@stryker-mutator/api/plugin";

/** @param {any} path @returns {string} */
const calleeOf = (path) => (path.isCallExpression?.() ? path.get("callee").toString() : "");

/** What a table `Record<…, true>` has for its members: its names matter, and the compiler takes nothing else. @param {any} path @returns {unknown} */
const memberType = (path) =>
  path.parentPath?.parentPath?.parentPath?.node.id?.typeAnnotation?.typeAnnotation?.typeParameters?.params[1]?.literal?.value;

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, "assertions", {
    shouldIgnore: (path) =>
      calleeOf(path) === "assert"
        ? "an assertion never fails in a program without faults: without it nothing changes"
        : undefined,
  }),
  declareValuePlugin(PluginKind.Ignore, "only-true", {
    shouldIgnore: (path) =>
      path.isBooleanLiteral?.({ value: true }) && memberType(path) === true ? "its type has no other value" : undefined,
  }),
  declareValuePlugin(PluginKind.Ignore, "log-words", {
    shouldIgnore: (path) =>
      /(^|\.)log\.(debug|info|warn|error)$/.test(calleeOf(path)) ? "what a line of the log says" : undefined,
  }),
];
