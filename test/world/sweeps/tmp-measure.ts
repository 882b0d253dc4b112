import { World } from "../world.ts";
const cpu = async (name: string, act: () => Promise<void>, n = 5) => {
  const u = process.cpuUsage(); for (let i=0;i<n;i++) await act(); const d = process.cpuUsage(u); console.log(name, ((d.user+d.system)/1e3/n).toFixed(1), "ms");
};
let w: World | undefined;
await cpu("first create", async () => { w = await World.create({ seed: 1 }); }, 1);
await cpu("create", async () => { w = await World.create({ seed: 1 }); }, 5);
await cpu("create+login", async () => { w = await World.create({ seed: 1 }); await w.logIn(); }, 5);
await cpu("sale", async () => { await w!.sale(10000); await w!.finish(); await w!.wait(120000)}, 8);
await cpu("cut+on+login", async () => { w!.cutNow(); await w!.powerOn(); await w!.logIn(); }, 8);
await cpu("journal", async () => { await w!.desk.journal() }, 8);
await cpu("settle", async () => { await w!.do("keys menu 9 3 enter"); await w!.finish(); }, 1);
await cpu("close", async () => { await w!.close(); }, 1);
