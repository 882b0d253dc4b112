/** The OpenAPI 3.1 document, made from the route table. */
import { z } from "zod";
import { errorAnswer, stateAnswer } from "./schemas.ts";
import type { Route } from "./routes.ts";

type Json = Record<string, unknown>;

const jsonContent = (schema: z.ZodType, io: "input" | "output"): Json => ({
  "application/json": { schema: z.toJSONSchema(schema, { io, target: "draft-2020-12", unrepresentable: "any" }) },
});

function answerContent(answer: Route["answer"]): Json {
  if (answer === "png") return { "image/png": { schema: { type: "string", format: "binary" } } };
  if (answer === "text") return { "text/plain": { schema: { type: "string" } } };
  return jsonContent(answer, "output");
}

function operation(route: Route): Json {
  const parameters = Object.entries(route.query ?? {}).map(([name, description]) => ({
    name,
    in: "query",
    required: false,
    description,
    schema: { type: "string" },
  }));
  const failure = (description: string): Json => ({ description, content: jsonContent(errorAnswer, "output") });
  const settles = route.answer === stateAnswer && route.body !== undefined;
  if (settles && parameters.every(({ name }) => name !== "timeoutMs")) {
    const description = "real ms to wait for the terminal to settle";
    parameters.push({ name: "timeoutMs", in: "query", required: false, description, schema: { type: "string" } });
  }
  return {
    summary: route.summary,
    operationId: `${route.method}${route.path.replace(/[/.](\w)/g, (_, letter: string) => letter.toUpperCase())}`,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body === undefined
      ? {}
      : { requestBody: { required: route.bodyOptional !== true, content: jsonContent(route.body, "input") } }),
    responses: {
      "200": { description: "done", content: answerContent(route.answer) },
      "400": failure("something in the call is wrong; error names the field"),
      "403": failure("Host or Origin is not loopback"),
      "409": failure("not possible now, or not with this board"),
      ...(settles ? { "504": { description: "not settled in time", content: jsonContent(stateAnswer, "output") } } : {}),
    },
  };
}

export function openApi(routes: readonly Route[], base: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = `${base}${route.path}`;
    paths[path] = { ...paths[path], [route.method]: operation(route) };
  }
  paths[`${base}/events`] = {
    get: {
      summary:
        "WebSocket: JSON {type: screen|paper|wire|state|log|sound|pinpad|acquirer|faults, …}; with ?pixels=1 also binary rectangles",
      responses: { "101": { description: "switching to WebSocket" } },
    },
  };
  return {
    openapi: "3.1.0",
    info: {
      title: "Tael simulator",
      version: "1.0.0",
      description: "Every call that acts on the terminal answers when the terminal is settled, or after timeoutMs with 504.",
    },
    servers: [{ url: "/" }],
    paths,
  };
}
