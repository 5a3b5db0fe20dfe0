/** Lets one waiter sleep until something has changed. A ring that nobody waits for is forgotten: look before you wait. */
export class Bell {
  #ring: (() => void) | null = null;

  ring(): void {
    this.#ring?.();
    this.#ring = null;
  }

  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#ring = resolve;
    });
  }
}
