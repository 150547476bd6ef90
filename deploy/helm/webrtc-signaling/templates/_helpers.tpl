{{/* Names, labels and images. A component is "gateway" or "service". */}}

{{- define "webrtc-signaling.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* 46 characters leave room for the longest suffix, -service-headless. */}}
{{- define "webrtc-signaling.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 46 | trimSuffix "-" }}
{{- else }}
{{- $name := include "webrtc-signaling.name" . }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 46 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 46 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{/* What selects the pods of a component, and may never change: (list $ "gateway"). */}}
{{- define "webrtc-signaling.selectorLabels" -}}
{{- $root := index . 0 }}
{{- $component := index . 1 -}}
app.kubernetes.io/name: {{ include "webrtc-signaling.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: signaling-{{ $component }}
{{- end }}

{{/* Labels of an object, also of none of the components: (list $ "gateway"), or (list $). What selects is stronger than any other. */}}
{{- define "webrtc-signaling.labels" -}}
{{- $root := index . 0 -}}
{{- $selector := dict "app.kubernetes.io/name" (include "webrtc-signaling.name" $root) "app.kubernetes.io/instance" $root.Release.Name }}
{{- if eq (len .) 2 }}
{{- $selector = include "webrtc-signaling.selectorLabels" . | fromYaml }}
{{- end }}
{{- $common := include "webrtc-signaling.free" (list $root $root.Values.commonLabels) | fromYaml }}
{{- $own := dict
  "app.kubernetes.io/version" $root.Chart.AppVersion
  "app.kubernetes.io/part-of" "webrtc-signaling"
  "app.kubernetes.io/managed-by" $root.Release.Service
  "helm.sh/chart" (printf "%s-%s" $root.Chart.Name ($root.Chart.Version | replace "+" "_")) }}
{{- toYaml (merge (dict) $selector $common $own) }}
{{- end }}

{{/* An image: (list $ .Values.gateway.image). A digest comes before a tag, the chart's appVersion is the tag of both. */}}
{{- define "webrtc-signaling.image" -}}
{{- $root := index . 0 }}
{{- $image := index . 1 }}
{{- $registry := $root.Values.image.registry | default ($root.Values.global).imageRegistry }}
{{- if $registry }}{{ printf "%s/" (trimSuffix "/" $registry) }}{{ end }}{{ $image.repository }}
{{- if $image.digest }}@{{ $image.digest }}
{{- else }}:{{ $image.tag | default $root.Values.image.tag | default $root.Chart.AppVersion }}
{{- end }}
{{- end }}
