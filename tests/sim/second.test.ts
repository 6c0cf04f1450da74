import { seeds } from "./suite.ts";

seeds(150, 150);
