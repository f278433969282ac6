/**
 * The page. In reading order: `core/` decides (state, event, update, effect; no DOM, no clock, no
 * chance), `rim/` talks to the world and wires it all in `app.svelte.ts`, `view/` draws.
 */
import { mount } from "svelte";
import { start } from "./rim/app.svelte";
import App from "./view/App.svelte";
import "./view/theme.css";

start();
mount(App, { target: document.getElementById("app")! });
