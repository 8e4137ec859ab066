export { default as Graph } from "graphology";
export { default as Sigma } from "sigma";
export { sdfCircle, sdfDiamond, layerFill } from "sigma/rendering";
