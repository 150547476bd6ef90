{{/*
The metadata of an object: (dict "root" $ "suffix" "-gateway" "component" "gateway" "values" .Values.ingress).
suffix: behind the release's name. component: left out where an object is of both. values: may have namespace, labels and annotations;
its labels come before the chart's own.
*/}}
{{- define "webrtc-signaling.metadata" -}}
{{- $component := hasKey . "component" | ternary (list .root .component) (list .root) }}
{{- $own := include "webrtc-signaling.free" (list .root .values.labels) | fromYaml -}}
name: {{ include "webrtc-signaling.fullname" .root }}{{ .suffix }}
{{- with .values.namespace }}
namespace: {{ tpl . $.root }}
{{- end }}
labels:
  {{- merge (dict) $own (include "webrtc-signaling.labels" $component | fromYaml) | toYaml | nindent 2 }}
{{- with include "webrtc-signaling.free" (list .root .values.annotations) }}
annotations:
  {{- . | nindent 2 }}
{{- end }}
{{- end }}
