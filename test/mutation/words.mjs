/**
 * The words of vitest that the rooms' tests are written with, for many runs in one process: what a file describes is collected once and run as often as
 * there are mutants. Expectations are vitest's own.
 */
import {
  addCustomEqualityTesters,
  ASYMMETRIC_MATCHERS_OBJECT,
  chai,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
} from "@vitest/expect";
import { format } from "node:util";

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

/** @param {unknown} value @param {string} [message] */
const makeExpectation = (value, message) => chai.expect(value, message);
export const expect = Object.assign(makeExpectation, chai.expect, Reflect.get(globalThis, ASYMMETRIC_MATCHERS_OBJECT), {
  addEqualityTesters: addCustomEqualityTesters,
});
setState({ assertionCalls: 0 }, expect);

/** @typedef {() => unknown} Body @typedef {{ name: string, body: Body, before: Body[] }} Test */

/** The tests that one load of the files describes, and the words they describe them with. */
export function collecting() {
  /** @type {Test[]} */
  const tests = [];
  let path = "";
  /** @type {Body[]} Hooks of the files and blocks that stand open. */
  let before = [];

  /** @param {string} name @param {Body} block */
  const within = (name, block) => {
    const outer = { path, before };
    path = path === "" ? name : `${path} ${name}`;
    before = [...before];
    // Hooks may stand below the tests of their block.
    const first = tests.length;
    block();
    for (const test of tests.slice(first)) test.before = [...new Set([...before, ...test.before])];
    ({ path, before } = outer);
  };
  /** @param {string} name @param {Body} body */
  const test = (name, body) => void tests.push({ name: `${path} ${name}`, body, before });
  const words = {
    test: Object.assign(test, { each: eachOf(test) }),
    describe: Object.assign(within, { each: eachOf(within) }),
    beforeEach: (/** @type {Body} */ hook) => void before.push(hook),
    expect,
  };
  return { tests, words, within };
}

/** @param {(name: string, body: Body) => void} one */
function eachOf(one) {
  return (/** @type {readonly unknown[]} */ rows) =>
    (/** @type {string} */ name, /** @type {(...row: unknown[]) => unknown} */ body) => {
      for (const [n, row] of rows.entries()) {
        const values = Array.isArray(row) ? row : [row];
        // Names need only differ.
        one(`${format(name, ...values.slice(0, 1))} [${n}]`, () => body(...values));
      }
    };
}
