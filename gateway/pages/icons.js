// Puts the icons of icons.svg into the page, once: what is drawn later has to be there also when the server is not.

const response = await fetch(new URL('icons.svg', import.meta.url));
const { documentElement: icons } = new DOMParser().parseFromString(await response.text(), 'image/svg+xml');
icons.setAttribute('hidden', '');
document.body.prepend(icons);
