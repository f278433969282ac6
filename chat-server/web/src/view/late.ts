/** The parts of the page that nobody sees at first, as they are loaded. */
export { complete } from "../core/complete";
export { default as Completions } from "./Completions.svelte";
export { default as Dialogs } from "./dialog/Dialogs.svelte";
export { default as Found } from "./Found.svelte";
export { default as PeopleList } from "./PeopleList.svelte";
export { default as Stranded } from "./Stranded.svelte";
