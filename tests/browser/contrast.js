// Every visible text whose contrast to what is painted behind it is under 4.5, or under 3 where it is large.
(() => {
  const parse = (colour) => (colour.match(/[\d.]+/g) || []).map(Number);
  const light = ([red, green, blue]) => {
    const [r, g, b] = [red, green, blue].map((one) => (one / 255 <= 0.04045 ? one / 255 / 12.92 : ((one / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const over = (front, back, alpha) => front.map((one, index) => one * alpha + back[index] * (1 - alpha));
  const ground = (node) => {
    const layers = [];
    for (let one = node; one; one = one.parentElement) layers.unshift(one);
    return layers.reduce((back, one) => {
      const [r, g, b, alpha = 1] = parse(getComputedStyle(one).backgroundColor);
      return over([r, g, b], back, alpha);
    }, [255, 255, 255]);
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !node.checkVisibility() || node.closest(".hidden, .skip, script, style, noscript, option")) continue;
    const style = getComputedStyle(node);
    const back = ground(node);
    let opacity = 1;
    for (let one = node; one; one = one.parentElement) opacity *= Number(getComputedStyle(one).opacity);
    const [a, b] = [light(over(parse(style.color).slice(0, 3), back, opacity)), light(back)].sort((one, other) => other - one);
    const contrast = (a + 0.05) / (b + 0.05);
    const size = parseFloat(style.fontSize);
    const needed = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    if (contrast < needed) poor.push(`${contrast.toFixed(2)} ${node.className}: ${walker.currentNode.textContent.trim().slice(0, 30)}`);
  }
  return [...new Set(poor)];
})()
