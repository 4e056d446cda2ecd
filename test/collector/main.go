// A collector of OTLP logs made of the OpenTelemetry Collector's own modules: its receiver, its queue, and a file to which
// a line of OTLP JSON is appended for each request. With "direct" a request is answered when it stands in the file; with
// "queued" when it stands in the queue in memory, which is how collectors are commonly set up, and from which a file
// that is slow takes ten requests a second.
//
//	go mod init collector && go get go.opentelemetry.io/collector/{receiver/otlpreceiver,receiver/receivertest}@v0.165.0 \
//	  go.opentelemetry.io/collector/exporter/{exporterhelper,exportertest}@v0.165.0 && go mod tidy && go build
//	./collector 127.0.0.1:4318 received.json queued
//	server-logs stream --rate 500 --end now+1m --record-ids --batch 100 --out otlp+http://127.0.0.1:4318 --key key.json
//	server-logs verify received.json --ids --key key.json
//
// Building it takes minutes the first time. Ended (kill -9) and started again while the stream goes on, it loses nothing
// when it is direct; queued, it loses what stood in memory, and verify names each record.
package main

import (
	"context"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
	"go.opentelemetry.io/collector/exporter/exportertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/receiver/otlpreceiver"
	"go.opentelemetry.io/collector/receiver/receivertest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	file, err := os.OpenFile(os.Args[2], os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	must(err)
	json := plog.JSONMarshaler{}
	queued := os.Args[3] == "queued"
	write := func(_ context.Context, logs plog.Logs) error {
		if queued {
			time.Sleep(100 * time.Millisecond)
		}
		line, err := json.MarshalLogs(logs)
		if err == nil {
			_, err = file.Write(append(line, '\n'))
		}
		return err
	}
	options := []exporterhelper.Option{}
	if queued {
		queue := exporterhelper.NewDefaultQueueConfig()
		queue.NumConsumers = 1
		options = append(options, exporterhelper.WithQueue(configoptional.Some(queue)))
	}
	name := component.MustNewType("file")
	exporter, err := exporterhelper.NewLogs(ctx, exportertest.NewNopSettings(name), &struct{}{}, write, options...)
	must(err)
	must(exporter.Start(ctx, componenttest.NewNopHost()))
	factory := otlpreceiver.NewFactory()
	config := factory.CreateDefaultConfig()
	http := map[string]any{"endpoint": os.Args[1]}
	must(confmap.NewFromStringMap(map[string]any{"protocols": map[string]any{"http": http}}).Unmarshal(config))
	receiver, err := factory.CreateLogs(ctx, receivertest.NewNopSettings(factory.Type()), config, exporter)
	must(err)
	must(receiver.Start(ctx, componenttest.NewNopHost()))
	<-ctx.Done()
	must(receiver.Shutdown(context.Background()))
	must(exporter.Shutdown(context.Background()))
	must(file.Close())
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
