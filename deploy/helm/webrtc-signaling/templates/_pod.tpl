{{/* What the pods of both Deployments have in common. Most take (list $ "gateway"): the root, and the component, which is also the name of its values. */}}

{{/* Free-form values, with `tpl` for their strings: (list $ VALUE). Empty where the value is. */}}
{{- define "webrtc-signaling.free" -}}
{{- if not (empty (index . 1)) }}{{ tpl (toYaml (index . 1)) (index . 0) }}{{ end }}
{{- end }}

{{/* Labels of pods. Those that select are stronger than any other. None has a version: a new chart alone must not replace pods, of which the service's
holds every session. */}}
{{- define "webrtc-signaling.podLabels" -}}
{{- $root := index . 0 }}
{{- $values := index $root.Values (index . 1) }}
{{- $selector := include "webrtc-signaling.selectorLabels" . | fromYaml }}
{{- $own := include "webrtc-signaling.free" (list $root $values.podLabels) | fromYaml }}
{{- $common := include "webrtc-signaling.free" (list $root $root.Values.commonLabels) | fromYaml }}
{{- toYaml (merge (dict) $selector $own $common (dict "app.kubernetes.io/part-of" "webrtc-signaling")) }}
{{- end }}

{{- define "webrtc-signaling.serviceAccountName" -}}
{{- $root := index . 0 }}
{{- $account := index $root.Values (index . 1) "serviceAccount" }}
{{- $made := printf "%s-%s" (include "webrtc-signaling.fullname" $root) (index . 1) }}
{{- tpl ($account.name | default (ternary $made "default" $account.create)) $root }}
{{- end }}

{{- define "webrtc-signaling.pullSecrets" -}}
{{- with .Values.image.pullSecrets | default (.Values.global).imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ tpl (kindIs "string" . | ternary (toString .) (dig "name" "" (kindIs "map" . | ternary . dict))) $ | quote }}
  {{- end }}
{{- end }}
{{- end }}

{{/* Seconds until a pod is killed: enough for what it does before. */}}
{{- define "webrtc-signaling.leastGrace" -}}
{{- add .preStopSeconds .drainTimeoutSeconds 10 }}
{{- end }}

{{/* Seconds after which a rollout without progress has failed: the usual 600, and what is no standstill. A pod of the service starts when the old one has
gone, and no gateway is ready before. */}}
{{- define "webrtc-signaling.progressDeadline" -}}
{{- $seconds := add 600 .Values.gateway.minReadySeconds }}
{{- range list .Values.gateway .Values.service }}
{{- $seconds = add $seconds (include "webrtc-signaling.grace" .) }}
{{- end }}
{{- $seconds }}
{{- end }}

{{- define "webrtc-signaling.grace" -}}
{{- kindIs "invalid" .terminationGracePeriodSeconds | ternary (include "webrtc-signaling.leastGrace" .) .terminationGracePeriodSeconds | int64 }}
{{- end }}

{{/* Of a pod's spec all but its containers and volumes. */}}
{{- define "webrtc-signaling.podSpec" -}}
{{- $root := index . 0 }}
{{- $component := index . 1 }}
{{- $values := index $root.Values $component -}}
{{- with include "webrtc-signaling.pullSecrets" $root }}
{{- trim . }}
{{ end -}}
serviceAccountName: {{ include "webrtc-signaling.serviceAccountName" . }}
automountServiceAccountToken: false
# Of a Service called "signaling" there would be SIGNALING_PORT, which the process takes for a setting of its own.
enableServiceLinks: false
terminationGracePeriodSeconds: {{ include "webrtc-signaling.grace" $values }}
{{- range $name := list "priorityClassName" "runtimeClassName" "dnsPolicy" }}
{{- with index $values $name }}
{{ $name }}: {{ tpl . $root }}
{{- end }}
{{- end }}
{{- range $name, $value := dict "securityContext" $values.podSecurityContext "nodeSelector" $values.nodeSelector "tolerations" $values.tolerations "affinity" $values.affinity "hostAliases" $values.hostAliases "dnsConfig" $values.dnsConfig "initContainers" $values.initContainers }}
{{- with include "webrtc-signaling.free" (list $root $value) }}
{{ $name }}:
  {{- . | nindent 2 }}
{{- end }}
{{- end }}
{{- $spread := $values.topologySpreadConstraints }}
{{- if and (kindIs "invalid" $spread) (eq $component "gateway") }}
topologySpreadConstraints:
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - topologyKey: {{ . }}
    maxSkew: 1
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "webrtc-signaling.selectorLabels" (list $root $component) | nindent 8 }}
    # A new revision is spread for itself, not around the old one that leaves.
    matchLabelKeys: [pod-template-hash]
  {{- end }}
{{- else }}
{{- with include "webrtc-signaling.free" (list $root $spread) }}
topologySpreadConstraints:
  {{- . | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}

{{/* A probe: (list $ VALUES-OF-IT HANDLER). A handler among the values comes before the chart's. */}}
{{- define "webrtc-signaling.probe" -}}
{{- $probe := index . 1 }}
{{- if not (or $probe.httpGet $probe.grpc $probe.exec $probe.tcpSocket) }}
{{- $probe = merge (dict) $probe (index . 2) }}
{{- end }}
{{- include "webrtc-signaling.free" (list (index . 0) $probe) }}
{{- end }}

{{/* The three probes: (list $ "gateway" HANDLER-OF-LIVENESS HANDLER-OF-READINESS). What is alive has started. */}}
{{- define "webrtc-signaling.probes" -}}
{{- $root := index . 0 }}
{{- $alive := index . 2 }}
{{- $ready := index . 3 }}
{{- $probes := index $root.Values (index . 1) "probes" }}
{{- with $probes.startup }}
startupProbe:
  {{- include "webrtc-signaling.probe" (list $root . $alive) | nindent 2 }}
{{- end }}
{{- with $probes.readiness }}
readinessProbe:
  {{- include "webrtc-signaling.probe" (list $root . $ready) | nindent 2 }}
{{- end }}
{{- with $probes.liveness }}
livenessProbe:
  {{- include "webrtc-signaling.probe" (list $root . $alive) | nindent 2 }}
{{- end }}
{{- end }}

{{/* Of the container what is behind its image, ports and probes. */}}
{{- define "webrtc-signaling.container" -}}
{{- $root := index . 0 }}
{{- $values := index $root.Values (index . 1) }}
{{- with $values.preStopSeconds | int }}
# The image's own sleep. Kubernetes' sleep action is from 1.30 on, and Helm before 3.14 cannot change one that is there.
lifecycle:
  preStop:
    exec:
      command: [sleep, {{ . | quote }}]
{{- end }}
{{- range $name, $value := dict "resources" $values.resources "securityContext" $values.securityContext "env" $values.extraEnv }}
{{- with include "webrtc-signaling.free" (list $root $value) }}
{{ $name }}:
  {{- . | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}

{{/* Of a Service. */}}
{{- define "webrtc-signaling.ipFamilies" -}}
{{- with .ipFamilyPolicy }}
ipFamilyPolicy: {{ . }}
{{- end }}
{{- with .ipFamilies }}
ipFamilies:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Where clients inside the cluster connect to. */}}
{{- define "webrtc-signaling.url" -}}
{{- printf "%s://%s-gateway:%d/v1" (.Values.gateway.tls.existingSecret | empty | ternary "ws" "wss") (include "webrtc-signaling.fullname" .) (int .Values.gateway.service.port) }}
{{- end }}
