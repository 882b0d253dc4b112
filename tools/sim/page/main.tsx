import { render } from "preact";

render(<main>Tael</main>, document.getElementById("root")!);
