// The line below the response: its status, its duration, and the identity that sent the operation.
import { useGraphiQL } from "@graphiql/react";
import { useEffect } from "react";

export function Answer({ answer, clear }) {
  const tab = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.id);
  useEffect(() => clear(null), [tab, clear]);
  return (
    <p className="tenantry-answer" role="status">
      {answer}
    </p>
  );
}
