export default async function stopServices() {
  await globalThis.stopE2eServices?.();
}
