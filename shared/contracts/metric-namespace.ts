/** The one namespace of the metrics of every environment. It is by itself, since every function needs it, and few the declarations. */
export const METRIC_NAMESPACE = 'Vestry';
