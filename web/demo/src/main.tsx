import "@tenantry/react/styles.css";
import "./styles/demo.css";
import "./styles/screens.css";
import "./styles/people.css";
import "./styles/components.css";
import "./styles/code.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";

const root = document.getElementById("root");
if (!root) throw new Error("The page has no element with the ID root.");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
