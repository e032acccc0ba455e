import { CategoryScale, Chart, LinearScale, LineController, LineElement, PointElement } from 'chart.js';
import { useEffect, useRef } from 'react';

Chart.register(CategoryScale, LinearScale, LineController, LineElement, PointElement);

interface Row {
  readonly measuredAt: Date;
  readonly value: string;
}

/** Values over time. A number is enough for a picture; the list beside it has them exactly. */
export function ValueChart({ rows }: { rows: readonly Row[] }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const chart = new Chart(canvas.current!, {
      type: 'line',
      data: {
        labels: rows.map(({ measuredAt }) => measuredAt.toISOString().slice(5, 16).replace('T', ' ')),
        datasets: [{ data: rows.map(({ value }) => Number(value)), borderColor: '#2f6f4f', tension: 0.2 }],
      },
      options: { animation: false, responsive: false },
    });
    return () => chart.destroy();
  }, [rows]);
  return (
    <canvas
      ref={canvas}
      width={720}
      height={240}
      role="img"
      aria-label={`Values: ${rows.map(({ value }) => value).join(', ')}`}
    />
  );
}
