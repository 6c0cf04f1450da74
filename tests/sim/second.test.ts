import { seeds } from "./suite.ts";

seeds(100, 100);
