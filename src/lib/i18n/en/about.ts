/** @file Privacy, licences and credits. */

export const privacy = {
  title: 'Privacy',
  lead: 'Your photos are on this computer only. Switch off the network and everything still works.',
  mapTitle: 'Where each thing lives',
  mapHead: { what: 'What', where: 'Where', howLong: 'How long', leaves: 'Leaves this device?' },
  map: [
    { what: 'Your photos', where: 'this browser’s storage', howLong: 'until you remove them' },
    { what: 'Face boxes found in them', where: 'this browser’s storage', howLong: 'with their photo' },
    { what: 'The likeness (a few megabytes of numbers)', where: 'this browser’s storage', howLong: 'until you delete everything' },
    { what: 'The pictures', where: 'this browser’s storage', howLong: 'until you delete them' },
    { what: 'Your agreement: its words’ fingerprint and the time', where: 'this browser’s storage', howLong: 'until you withdraw it' },
    { what: 'Models you fetched or brought', where: 'this browser’s storage', howLong: 'until you remove them' },
    { what: 'Theme and language', where: 'this browser’s storage', howLong: 'until you delete everything' },
  ],
  never: 'never',
  neverTitle: 'What never happens',
  neverList: [
    'No request to another server, with one exception that you choose: a model you fetch under Models comes from its host. That host learns your internet address, as every website you open does, and which file you fetch; nothing of your photos, words or pictures. The page’s own security policy forbids every other request, and the browser enforces that.',
    'No analytics, no cookies, no error reports, no fonts or scripts from elsewhere.',
    'No photo, file name or word of yours in any log. The server only hands out the app’s files.',
  ],
  checkTitle: 'How to check',
  checkList: [
    'Open this app, then switch off the network: every step still works.',
    'The line at the foot of each page counts what is sent, and says how it counts.',
    'Your browser’s network panel lists each request. You will see only this site’s own files, and those of a model you fetched.',
  ],
  faceTitle: 'About your face',
  faceText:
    'A likeness is face data: whoever has its file can make pictures that look like you. It is in this browser only. If you share this computer, delete everything when you are done.',
  markTitle: 'About the pictures',
  markText: 'Each picture says inside its file that it was made with AI. We do not offer a way to take that out.',
};

export const about = {
  title: 'About',
  lead: 'Likeness makes professional headshots of a person on their own computer. It is open source under the Apache License 2.0.',
  modelTitle: 'The built-in model',
  modelText:
    'A small Stable Diffusion model of our own, trained on invented people only: painterly portraits and computer renders. It shows the whole job offline. It is not a photographic model, and its faces are simpler than real ones.',
  modelCard: 'Its model card names data, licences, measured quality and limits.',
  sampleTitle: 'The sample person',
  sampleText:
    'Ada is a computer render of a person who does not exist, made by this project from CC0 assets of the MakeHuman team and contributors (makehumancommunity.org), and offered under CC0 1.0. No photograph of a real person was used.',
  portraitsText: 'Part of the training portraits come from the artflow portraits set, CC BY 4.0, credit artflow.ai.',
  softwareTitle: 'Software inside',
  softwareHead: { name: 'Name', use: 'What it does here', licence: 'Licence' },
  softwareUse: {
    svelte: 'the pages',
    onnxruntime: 'runs the model’s arithmetic',
    comlink: 'talks to the workers',
    idb: 'opens the browser’s storage',
    clientZip: 'packs the ZIP',
    libheif: 'reads HEIC photos',
    mediabunny: 'takes videos apart',
    uplot: 'draws the curve',
    bits: 'accessible controls',
    lucide: 'icons',
    fraunces: 'headings',
    inter: 'text',
    clipVocabulary: 'words to numbers, for models in one file',
    hono: 'the server that hands out the files',
  },
  copyleftText:
    'libheif and Mediabunny are used unchanged. libheif is fetched only when you add a HEIC photo, as a file of its own that you may replace with another build. Their sources: github.com/catdad-experiments/libheif-js and github.com/Vanilagy/mediabunny.',
  copyleftLicence: 'Licence text of libheif',
  versionTitle: 'Version',
};
