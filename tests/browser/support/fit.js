// Whether a page is good to use on a phone, and by keyboard.

import assert from 'node:assert/strict';

export async function checkFit(page) {
  // Not compared with innerWidth: on a phone that grows with the content.
  const { width: screen } = page.viewportSize();
  const { wide, small } = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth,
    small: [...document.querySelectorAll('button, input, select, a, summary')]
        .filter((element) => element.checkVisibility())
        .filter((element) => {
          // A box to tick is touched by its label too.
          const { width, height } = (element.closest('label') ?? element).getBoundingClientRect();
          return width < 44 || height < 44;
        })
        .map((element) => element.id || element.textContent),
  }));
  assert.equal(wide, screen);
  assert.deepEqual(small, []);
}

// Presses Tab until the element with this id has the focus, which has to be seen.
export async function tabTo(page, id) {
  const seen = [];
  while (seen.length < 30) {
    await page.keyboard.press('Tab');
    const { name, ring } = await page.evaluate(() => {
      const element = document.activeElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      return { name: element.id || element.textContent.trim(), ring: outlineStyle !== 'none' && outlineWidth !== '0px' };
    });
    assert.ok(ring, `the focus is seen on ${name}`);
    if (name === id) return;
    seen.push(name);
  }
  assert.fail(`no way to ${id}, only to ${seen}`);
}
